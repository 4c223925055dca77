public import Caches
import Engine
public import Images
import Networks
import OpenCL
public import Tensors

/// A model on a device, ready to be shown pictures: `try SaliencyDetector().detect(picture).mask()`.
///
/// Loading and compiling happen once, when it is made. Not Sendable: one picture at a time; make one for each thread.
public final class SaliencyDetector {
  /// The model.
  public let model: Model
  /// What runs.
  public let device: ComputeDevice
  /// Why that is not what was asked for, in one line; nil where it is. Show it: falling back is never silent.
  public let fallback: String?
  /// How activations and weights are stored.
  public var precision: Precision { network.precision }
  /// What else its user should know of how the model was compiled, each in one line.
  public var notes: [String] { network.notes }
  /// What pictures go through.
  public let preprocessing: Preprocessing
  /// Where compiled programs are kept; its `problem` is worth showing once.
  public let cache: Cache

  private let network: CompiledNetwork

  /// What the maps that are computed are called, the saliency map first: `d0` … `d6`.
  public var mapNames: [String] { network.graph.outputs.map(\.name) }

  /// Loads a model on a device.
  ///
  /// - Parameters:
  ///   - model: the built-in one unless told.
  ///   - request: which device; see `DeviceRequest`.
  ///   - precision: how activations and weights are stored.
  ///   - strict: whether it is an error when another device than the one asked for would run.
  ///   - size: the side of the network's input in pixels; the model's own unless told.
  ///   - resampling: how pictures are resized: the authors' plain bilinear, or `.lanczos` as rembg does it.
  ///   - background: what transparent pictures are composited over.
  ///   - maps: which maps are computed; `.saliency` where the mask is all that is wanted.
  ///   - cache: where compiled programs are kept from one process to the next, and what a tuning found.
  ///   - usesTunings: whether what a tuning found is used.
  public init(
    model: Model? = nil, device request: DeviceRequest = .auto, precision: PrecisionRequest = .auto,
    strict: Bool = false, size: Int? = nil, resampling: Resampling = .bilinear, background: Color = .white,
    maps: MapSelection = .all, cache: Cache = Cache(), usesTunings: Bool = true
  ) throws(Failure) {
    let model = if let model { model } else { try Model.builtIn() }
    let inputSize = try model.inputSize(side: size)
    preprocessing = Preprocessing(
      size: inputSize, resampling: resampling, normalization: model.normalization, background: background)
    self.model = model
    self.cache = cache
    let input = Shape(channels: 3, height: inputSize.height, width: inputSize.width)
    let choice = try DeviceChoice(request, strict: strict)
    let options = CompilationOptions(maps: maps, precision: precision, cache: cache, usesTunings: usesTunings)
    (network, device, fallback) = try Self.compile(model, for: input, options, on: choice, request, strict: strict)
  }

  /// Compiles for the chosen device; where that device fails and nobody insisted on it, for the reference.
  private static func compile(
    _ model: Model, for input: Shape, _ options: CompilationOptions, on choice: DeviceChoice,
    _ request: DeviceRequest, strict: Bool
  ) throws(Failure) -> (CompiledNetwork, ComputeDevice, fallback: String?) {
    do {
      let network = try choice.device.compile(model, for: input, options)
      return (network, choice.device, choice.fallback)
    } catch {
      let failure = Failure(error)
      guard failure.kind == .device, !strict, request.mayFallBack else { throw failure }
      let network = try failing { try ComputeDevice.reference.compile(model, for: input, options) }
      let reasons = [choice.fallback, "\(choice.device) failed (\(failure)); using the CPU reference instead"]
      return (network, .reference, reasons.compactMap { $0 }.joined(separator: "; "))
    }
  }

  /// Finds what stands out in a picture.
  ///
  /// - Throws: `Failure` where the device fails.
  public func detect(_ picture: Picture) throws(Failure) -> Detection {
    let outputs = try failing { try network.run(preprocessing.input(from: picture)) }
    let maps = zip(network.graph.outputs, outputs).map { SaliencyMap(name: $0.name, values: $1) }
    return Detection(maps: maps, pictureSize: picture.size, resampling: preprocessing.resampling)
  }
}

extension ComputeDevice {
  func compile(_ model: Model, for input: Shape, _ options: CompilationOptions) throws -> CompiledNetwork {
    switch backend {
    case .openCL(let device):
      try CompiledNetwork(
        model, for: input, maps: options.maps, options.precision,
        in: DeviceSession(device: device, cache: options.cache, usesTunings: options.usesTunings))
    case .reference: try CompiledNetwork(model, for: input, maps: options.maps, options.precision, in: nil)
    }
  }
}

extension DeviceRequest {
  /// Whether another device may stand in: not where one device was named.
  var mayFallBack: Bool {
    switch self {
    case .auto, .kind: true
    case .reference, .index, .name: false
    }
  }
}

/// One of a network's maps, before it is made a mask.
public struct SaliencyMap: Sendable, Equatable {
  /// Such as `d0`, the fused map, or `d1` … `d6`, the side outputs.
  public let name: String
  /// Probabilities, `[1, channels, height, width]`, at the network's own size.
  public let values: Tensor

  package init(name: String, values: Tensor) {
    self.name = name
    self.values = values
  }
}

/// What a network found in a picture.
public struct Detection: Sendable {
  /// The maps that were asked for; the first is the saliency map.
  public let maps: [SaliencyMap]
  /// The picture's own size.
  public let pictureSize: Size
  let resampling: Resampling

  package init(maps: [SaliencyMap], pictureSize: Size, resampling: Resampling) {
    self.maps = maps
    self.pictureSize = pictureSize
    self.resampling = resampling
  }

  /// The saliency map as an 8-bit mask of the picture's size.
  public func mask() throws(Failure) -> Mask {
    guard let first = maps.first else { throw Failure(.model, "the model has no output") }
    return try mask(of: first)
  }

  /// Any of the maps as an 8-bit mask of the picture's size: min–max normalized, then resized.
  public func mask(of map: SaliencyMap) throws(Failure) -> Mask {
    let shape = map.values.shape
    guard shape.rank == 4, shape.channels == 1 else {
      throw Failure(.model, "map \(map.name) has shape \(shape): a model with one channel is needed for a mask")
    }
    return Mask(saliency: map.values.values, of: shape.size, resizedTo: pictureSize, resampling: resampling)
  }
}
