public import Pictures
import Matting
import Networks
public import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// One of a network's maps, before it is made a mask.
public struct SaliencyMap: Sendable, Equatable {
  /// Such as `d0`, the fused map, or `d1` … `d6`, the side outputs.
  public let name: String
  /// Probabilities or logits, `[1, channels, height, width]`, at the network's own size.
  public let values: Tensor
  /// Whether the values are probabilities, in 0 … 1; otherwise the network has no sigmoid at its end.
  public let areProbabilities: Bool

  package init(name: String, values: Tensor, areProbabilities: Bool = true) {
    self.name = name
    self.values = values
    self.areProbabilities = areProbabilities
  }
}

extension SaliencyMap {
  /// The values, behind the sigmoid where the network has none.
  var probabilities: [Float] { areProbabilities ? values.values : values.values.map(Self.sigmoid) }

  /// 1 / (1 + exp(−x)).
  private static func sigmoid(_ logit: Float) -> Float { 1 / (1 + exp(-logit)) }
}

extension Graph {
  /// What it computed, each output with its name.
  func maps(_ outputs: [Tensor]) -> [SaliencyMap] {
    zip(self.outputs, outputs).map { output, values in
      SaliencyMap(name: output.name, values: values, areProbabilities: nodes[output.node].operation == .sigmoid)
    }
  }
}

/// What a network found in a picture.
public struct Detection: Sendable {
  /// The maps that were asked for; the first is the result. None where masks alone were.
  public let maps: [SaliencyMap]
  /// The picture's own size.
  public let pictureSize: Size
  /// What the maps are for.
  public let profile: ModelProfile
  let resampling: Resampling
  /// The mask, where the device has made it already.
  private let rendered: Mask?
  /// The matte with refined edges, where the device has made it already.
  let refined: Refined?

  /// A matte, and what transparent pixels were laid over for it.
  struct Refined: Sendable {
    let matte: AlphaMatte
    let background: Color
  }

  package init(
    maps: [SaliencyMap], pictureSize: Size, profile: ModelProfile = ModelProfile(), resampling: Resampling,
    rendered: Mask? = nil
  ) {
    self.init(
      maps: maps, pictureSize: pictureSize, profile: profile, resampling: resampling, rendered: rendered, refined: nil)
  }

  init(
    maps: [SaliencyMap], pictureSize: Size, profile: ModelProfile, resampling: Resampling, rendered: Mask? = nil,
    refined: Refined?
  ) {
    self.refined = refined
    self.rendered = rendered
    self.maps = maps
    self.pictureSize = pictureSize
    self.profile = profile
    self.resampling = resampling
  }

  /// The result as an 8-bit grey picture of the picture's size: the mask of what stands out or is of any class, or the
  /// drawing, as the model's task is.
  public func mask() throws(Failure) -> Mask { if let rendered { rendered } else { try mask(of: first()) } }

  /// Any of the maps as `mask()` has the first.
  public func mask(of map: SaliencyMap) throws(Failure) -> Mask {
    let shape = map.values.shape
    if profile.task == .parsing { return try labels(of: map).foreground }
    guard shape.rank == 4, shape.channels == 1 else {
      throw Failure(
        .model, "map \(map.name) has shape \(shape): \(profile.task) needs one channel; is it --task parsing?")
    }
    let values = profile.task == .portrait ? map.values.values.map { 1 - $0 } : map.values.values
    return Mask(saliency: values, of: shape.size, resizedTo: pictureSize, resampling: resampling)
  }

  /// The class of every pixel of the picture; nil where the model's task is another.
  public func labels() throws(Failure) -> LabelMap? {
    profile.task == .parsing ? try labels(of: first()) : nil
  }

  private func first() throws(Failure) -> SaliencyMap {
    guard let first = maps.first else { throw Failure(.model, "the model has no output") }
    return first
  }

  private func labels(of map: SaliencyMap) throws(Failure) -> LabelMap {
    let shape = map.values.shape
    guard shape.rank == 4, (2...256).contains(shape.channels) else {
      throw Failure(
        .model, "map \(map.name) has shape \(shape): parsing needs 2 to 256 channels; is it --task saliency?")
    }
    return LabelMap(
      scores: map.values, classes: profile.classNames(count: shape.channels), resizedTo: pictureSize)
  }
}
