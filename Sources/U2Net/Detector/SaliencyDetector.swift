public import Caches
import DevicePictures
import Engine
public import Pictures
import Networks
import OpenCL
public import Tensors

/// A model on a device, ready to be shown pictures: `try SaliencyDetector().detect(picture).mask()`.
///
/// Loading and compiling happen once, when it is made. On a GPU the way from a picture's samples to `masks(of:)` runs on
/// the device. Not Sendable: one thread at a time; make one for each thread.
public final class SaliencyDetector {
  /// The model.
  public let model: Model
  /// What runs; another device than before where that one was lost.
  public var device: ComputeDevice { choice.device }
  /// Why that is not what was asked for, in one line; nil where it is. Show it: falling back is never silent.
  public var fallback: String? { choice.fallback }
  /// What pictures go through.
  public let preprocessing: Preprocessing
  /// Where compiled programs are kept; its `problem` is worth showing once.
  public let cache: Cache
  /// The most pictures that the device computes at once: what was asked for, or what its memory holds.
  public private(set) var batch: Int
  /// Is given what the user should hear of what happens later: a device that was lost, a batch that had to shrink. One line.
  public var noticeHandler: (String) -> Void = { _ in }

  /// How activations and weights are stored.
  public private(set) var precision: Precision
  /// What else its user should know of how the model was compiled, each in one line.
  public private(set) var notes: [String]
  /// Whether pictures are resized, and masks made, on the device.
  public var preparesOnDevice: Bool { compiled?.onDevicePictures.pipeline != nil }

  let request: DeviceRequest
  let strict: Bool
  private let options: CompilationOptions
  private let pictureWay: PreprocessingLocation?
  /// Nil where a device was lost and nothing could take its place.
  private var compiled: Compilation.Result?
  /// What runs, and what stands in for it.
  private var choice: DeviceChoice
  /// How often the device was lost.
  private var losses = 0
  /// Whether the device refines edges rightly, where that was tried, and in which compilation of the network.
  var refinement: (generation: Int, isRight: Bool)?
  /// Whether it was told that pictures were too large for the device to refine.
  var hasToldOfRoom = false
  /// Which compilation of the network runs.
  private(set) var generation = 0

  /// Where pictures are made inputs, and maps masks.
  package enum PreprocessingLocation: Sendable {
    /// On the device: on anything but a CPU.
    case device
    /// On the host.
    case host

    /// What suits a device: a CPU's host does the same without a program to load.
    init(on device: ComputeDevice) {
      switch device.backend {
      case .openCL(let device): self = device.kind == .cpu ? .host : .device
      case .reference: self = .host
      }
    }
  }

  /// What the maps that are computed are called, the saliency map first: `d0` … `d6`.
  public let mapNames: [String]

  /// Loads a model on a device.
  ///
  /// - Parameters:
  ///   - model: the built-in one unless told.
  ///   - request: which device; see `DeviceRequest`.
  ///   - precision: how activations and weights are stored.
  ///   - strict: whether it is an error when another device than the one asked for would run.
  ///   - size: the side of the network's input in pixels; the model's own unless told.
  ///   - batch: pictures to compute at once; fewer where the device's memory does not hold so many.
  ///   - resampling: how pictures are resized: the authors' plain bilinear, or `.lanczos` as rembg does it.
  ///   - mapResampling: how maps are brought back to the pictures' size; as pictures are resized unless told.
  ///   - background: what transparent pictures are composited over.
  ///   - maps: which maps are computed; `.saliency` where the mask is all that is wanted.
  ///   - cache: where compiled programs are kept from one process to the next, and what a tuning found.
  ///   - usesTunings: whether what a tuning found is used.
  public convenience init(
    model: Model? = nil, device request: DeviceRequest = .auto, precision: PrecisionRequest = .auto,
    strict: Bool = false, size: Int? = nil, batch: Int = 1, resampling: Resampling = .bilinear,
    mapResampling: Resampling? = nil, background: Color = .white, maps: MapSelection = .all, cache: Cache = Cache(),
    usesTunings: Bool = true
  ) throws(Failure) {
    let options = CompilationOptions(maps: maps, precision: precision, cache: cache, usesTunings: usesTunings)
    try self.init(
      model: model, on: DeviceChoice(request, strict: strict), request, strict: strict, size: size, batch: batch,
      resampling: resampling, mapResampling: mapResampling, background: background, options)
  }

  /// - Parameter way: where pictures are made inputs; what suits the device unless told.
  package init(
    model: Model?, on choice: DeviceChoice, _ request: DeviceRequest, strict: Bool, size: Int?, batch: Int,
    resampling: Resampling = .bilinear, mapResampling: Resampling? = nil, background: Color = .white,
    _ options: CompilationOptions, way: PreprocessingLocation? = nil
  ) throws(Failure) {
    guard Benchmark.batchRange.contains(batch) else {
      let range = Benchmark.batchRange
      throw Failure(.usage, "a batch has from \(range.lowerBound) to \(range.upperBound) pictures")
    }
    let model = if let model { model } else { try Model.builtIn() }
    let inputSize = try model.inputSize(side: size)
    preprocessing = Preprocessing(
      size: inputSize, resampling: resampling, mapResampling: mapResampling, normalization: model.normalization,
      background: background)
    self.model = model
    self.options = options
    cache = options.cache
    (self.request, self.strict) = (request, strict)
    pictureWay = way
    let compiled = try Compilation(
      model: model, preprocessing: preprocessing, options: options, way: pictureWay
    ).run(on: choice, batch: batch, mayFallBack: request.mayFallBack && !strict)
    (self.choice, self.batch) = (compiled.choice, compiled.batch)
    (precision, notes) = (compiled.network.precision, compiled.notes)
    mapNames = compiled.network.graph.outputs.map(\.name)
    self.compiled = compiled
  }

  /// Finds what stands out in a picture.
  ///
  /// - Throws: `Failure` where the device fails, and every other that may stand in for it.
  public func detect(_ picture: Picture) throws(Failure) -> Detection { try detect([picture])[0] }

  /// Finds what stands out in pictures of any sizes, two batches at a time.
  ///
  /// - Parameter need: what will be asked of the detections; the less that is, the more of it the device does.
  /// - Returns: a detection for each, in their order.
  public func detect(_ pictures: [Picture], for need: RequestedOutput = .maps) throws(Failure) -> [Detection] {
    try submit(pictures, for: need).detections()
  }

  /// The 8-bit masks of pictures of any sizes, each of its picture's own size, in their order; made on the device where it
  /// can.
  public func masks(of pictures: [Picture]) throws(Failure) -> [Mask] {
    try submit(pictures, for: .masks).masks()
  }

  /// Sends pictures on their way and returns at once. Two batches at a time keep a device busy; a third waits for the
  /// first. On the CPU reference they are computed when they are asked for.
  ///
  /// - Parameters:
  ///   - pictures: at most `batch` at a time are computed at once.
  ///   - need: what will be asked of the detections.
  public func submit(_ pictures: [Picture], for need: RequestedOutput) throws(Failure) -> PendingDetections {
    let parts = try recovering { try $0.begin(pictures, for: need) }
    return PendingDetections(pictures, need, parts, self)
  }

  /// What waits for the detections of each batch.
  func begin(_ pictures: [Picture], for need: RequestedOutput) throws -> [() throws -> [Detection]] {
    let batches = batches(of: pictures)
    // A drawing or a map of labels is made by the host.
    switch model.profile.task == .saliency ? need : .maps {
    case .masks: if let parts = try beginMasks(batches) { return parts }
    case .refinedMattes: if let parts = try beginRefining(batches) { return parts }
    case .maps: break
    }
    return try batches.map { try beginMaps(of: $0) }
  }

  /// A batch prepared by the host. What waits for it does not keep the network, which must go where it is compiled anew.
  func beginMaps(of batch: [Picture]) throws -> () throws -> [Detection] {
    let network = try running.network
    let outputs = try network.begin(batch, preprocessing)
    let (graph, profile, resampling) = (network.graph, model.profile, preprocessing.mapResampling)
    return {
      let outputs = try outputs()
      return batch.enumerated().map { index, picture in
        Detection(
          maps: graph.maps(outputs.map { $0.image(index) }), pictureSize: picture.size, profile: profile,
          resampling: resampling)
      }
    }
  }

  /// Batches whose masks the device makes; nil where the host does.
  private func beginMasks(_ batches: [[Picture]]) throws -> [() throws -> [Detection]]? {
    guard let pipeline = try running.onDevicePictures.pipeline else { return nil }
    let (profile, resampling) = (model.profile, preprocessing.mapResampling)
    return try batches.map { batch in
      let pending = try pipeline.submit(batch)
      return {
        zip(batch, try pending.results()).map { picture, mask in
          Detection(
            maps: [], pictureSize: picture.size, profile: profile, resampling: resampling, rendered: mask)
        }
      }
    }
  }

  var running: Compilation.Result {
    get throws(Failure) {
      guard let compiled else { throw Failure(.device, "\(device) failed, and nothing could take its place") }
      return compiled
    }
  }

  func batches(of pictures: [Picture]) -> [[Picture]] {
    stride(from: 0, to: pictures.count, by: batch).map { Array(pictures[$0..<min($0 + batch, pictures.count)]) }
  }
}

extension SaliencyDetector {
  /// Runs `body`; where the device fails it, the network is compiled anew with what is left, and `body` runs again.
  func recovering<Result>(_ body: (SaliencyDetector) throws -> Result) throws(Failure) -> Result {
    while true {
      let attempt = generation
      do { return try body(self) } catch {
        let failure = Failure(error)
        guard failure.kind == .device else { throw failure }
        if attempt == generation { try recover(from: error) }
      }
    }
  }

  /// After a failure of the device: a smaller batch where memory may be the cause, the same device once more, then the CPU
  /// reference where that may stand in. Each is told.
  ///
  /// - Throws: the failure where nothing is left to try.
  private func recover(from error: any Error) throws(Failure) {
    let failure = Failure(error)
    // A text and not the network, which must be gone when the next is compiled.
    let report = compiled?.network.memoryReport(failure, on: device)
    guard let report, device.kind != ComputeDevice.reference.kind else { throw failure }
    let mayFallBack = request.mayFallBack && !strict
    var batch = batch
    var choice = choice
    if error.mayLackMemory, batch > 1 {
      batch /= 2
      noticeHandler("\(report); going on with batches of \(batch)")
    } else {
      losses += 1
      if losses == 1 {
        noticeHandler("\(device) failed (\(failure)); starting it anew")
      } else {
        guard mayFallBack, let next = choice.next(after: failure, again: true) else { throw failure }
        noticeHandler("\(device) failed again (\(failure)); using \(next.device) instead")
        (choice, losses) = (next, 0)
      }
    }
    try compile(on: choice, batch: batch, mayFallBack: mayFallBack)
  }

  /// Compiles anew, once what was compiled before has given its memory back.
  private func compile(on choice: DeviceChoice, batch: Int, mayFallBack: Bool) throws(Failure) {
    compiled = nil
    let result = try Compilation(
      model: model, preprocessing: preprocessing, options: options, way: pictureWay
    ).run(on: choice, batch: batch, mayFallBack: mayFallBack)
    for note in result.notes where !notes.contains(note) { noticeHandler(note) }
    if let reason = result.choice.fallback, reason != choice.fallback { noticeHandler(reason) }
    (self.choice, self.batch) = (result.choice, result.batch)
    (precision, notes) = (result.network.precision, result.notes)
    compiled = result
    generation += 1
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
