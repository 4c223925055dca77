internal import CMath
public import Pictures
import Matting
import Networks
public import Tensors

/// One of a network's output maps, before a mask is made of it.
public struct SaliencyMap: Sendable, Equatable {
  /// The name of the output: `d0` for the fused map, `d1` … `d6` for the side outputs.
  public let name: String
  /// Probabilities or logits, `[1, channels, height, width]`, at the network's own size.
  public let values: Tensor
  /// Whether the values are probabilities in 0 … 1; otherwise the network does not end in a sigmoid.
  public let areProbabilities: Bool

  package init(name: String, values: Tensor, areProbabilities: Bool = true) {
    self.name = name
    self.values = values
    self.areProbabilities = areProbabilities
  }

  /// The values as probabilities: logits go through a sigmoid.
  package var probabilities: [Float] { areProbabilities ? values.values : values.values.map(Self.sigmoid) }

  /// 1 / (1 + exp(−x)).
  private static func sigmoid(_ logit: Float) -> Float { 1 / (1 + expf(-logit)) }
}

extension Graph {
  /// Whether the first output is probabilities; otherwise it is logits.
  var computesProbabilities: Bool { isSigmoid(outputs[0]) }

  private func isSigmoid(_ output: Output) -> Bool { nodes[output.node].operation == .sigmoid }

  /// Names the tensors that the graph computed, in the order of its outputs.
  func maps(_ outputs: [Tensor]) -> [SaliencyMap] {
    zip(self.outputs, outputs).map { output, values in
      SaliencyMap(name: output.name, values: values, areProbabilities: isSigmoid(output))
    }
  }
}

/// What a network found in a picture: its maps, and the mask, matte or labels that are made of them.
public struct Detection: Sendable {
  /// The first map, which masks, mattes and labels are made of.
  public let mainMap: SaliencyMap
  /// The other maps that the detector computes.
  public let sideMaps: [SaliencyMap]
  /// Every map, the main one first.
  public var maps: [SaliencyMap] { [mainMap] + sideMaps }
  /// The size of the picture, in pixels.
  public let pictureSize: Size
  /// What the maps mean.
  public let profile: ModelProfile
  let resampling: Resampling
  /// How the values of maps become the levels of masks.
  let normalization: MapNormalization
  /// What the device has made with refined edges, if it has.
  let refined: Refined?

  /// A matte, the cut-out that was made with it, or both, and the colour that transparent pixels of their picture were
  /// laid over for the matte.
  struct Refined: Sendable {
    let matte: AlphaMatte?
    let cutout: Picture?
    let background: Color
  }

  /// - Parameter maps: the network's outputs in their order.
  /// - Throws: `Failure` if there is no map.
  package init(
    maps: [SaliencyMap], pictureSize: Size, profile: ModelProfile = ModelProfile(), resampling: Resampling,
    normalization: MapNormalization = .minMax
  ) throws(Failure) {
    try self.init(
      maps: maps, pictureSize: pictureSize, profile: profile, resampling: resampling, normalization: normalization,
      refined: nil)
  }

  init(
    maps: [SaliencyMap], pictureSize: Size, profile: ModelProfile, resampling: Resampling,
    normalization: MapNormalization, refined: Refined?
  ) throws(Failure) {
    guard let first = maps.first else { throw Failure(.model, "the model has no output") }
    mainMap = first
    sideMaps = Array(maps.dropFirst())
    self.refined = refined
    self.pictureSize = pictureSize
    self.profile = profile
    self.resampling = resampling
    self.normalization = normalization
  }

  /// An 8-bit grey mask of the picture's size: of what stands out, of every class but the background, or the drawing,
  /// depending on the model's task.
  ///
  /// - Throws: `Failure` if the number of channels does not fit the task.
  public func mask() throws(Failure) -> Mask { try mask(of: mainMap) }

  /// The mask of any of the maps, made as `mask()` makes that of the main map.
  ///
  /// - Throws: `Failure` if the number of channels does not fit the task.
  public func mask(of map: SaliencyMap) throws(Failure) -> Mask {
    let shape = map.values.shape
    if profile.task == .parsing { return try labels(of: map).foreground }
    guard shape.rank == 4, shape.channels == 1 else {
      throw Failure(
        .model, "map \(map.name) has shape \(shape): \(profile.task) needs one channel", remedy: .chooseTask(.parsing))
    }
    var values = map.values.values
    // Drawings are dark lines on white paper.
    let isLogit = normalization == .identity && !map.areProbabilities
    if profile.task == .portrait { values = values.map { isLogit ? -$0 : 1 - $0 } }
    return Mask(
      saliency: values, of: shape.size, resizedTo: pictureSize, resampling: resampling, normalization: normalization,
      areProbabilities: map.areProbabilities)
  }

  /// The class of every pixel of the picture; nil if the model's task is not parsing.
  ///
  /// - Throws: `Failure` if the main map does not have 2 to 256 channels.
  public func labels() throws(Failure) -> LabelMap? {
    profile.task == .parsing ? try labels(of: mainMap) : nil
  }

  private func labels(of map: SaliencyMap) throws(Failure) -> LabelMap {
    let shape = map.values.shape
    guard shape.rank == 4, (2...256).contains(shape.channels) else {
      throw Failure(
        .model, "map \(map.name) has shape \(shape): parsing needs 2 to 256 channels", remedy: .chooseTask(.saliency))
    }
    return LabelMap(
      scores: map.values, classes: profile.classNames(count: shape.channels), resizedTo: pictureSize)
  }
}
