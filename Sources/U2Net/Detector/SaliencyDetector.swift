public import Caches
import DevicePictures
import Engine
public import Pictures
import Networks
import OpenCL
public import Tensors

/// A model on a device, ready for pictures: `try SaliencyDetector().detect(picture).mask()`.
///
/// Loading and compiling happen once, in the initializer. Not Sendable: use a detector on one thread at a time, and
/// create one for each thread.
public final class SaliencyDetector {
  /// The model.
  public let model: Model
  /// The device that runs; it changes when a device is lost.
  public var device: ComputeDevice { choice.device }
  /// Why the device is not the one that was requested, in one line; nil if it is. Show it to the user.
  public var fallback: String? { choice.fallback }
  /// How pictures become the network's input.
  public let preprocessing: Preprocessing
  /// Where compiled programs are kept. Show its `problem` to the user once.
  public let cache: Cache
  /// The largest number of pictures that the device computes at once: the requested batch size, or what its memory
  /// holds.
  public private(set) var batch: Int
  /// Receives what the user should know about later events, such as a lost device or a smaller batch; one line each.
  public var noticeHandler: (String) -> Void = { _ in }

  /// How activations and weights are stored.
  public private(set) var precision: Precision
  /// What else the user should know about how the model was compiled; one line each.
  public private(set) var notes: [String]
  /// What it has cost to compile programs for the device; nil if they came from the cache.
  package var compilationCost: CompilationCost? { compiled?.network.cost }
  /// The memory that the network takes on the device for its weights, activations and scratch, in bytes; 0 for the CPU
  /// reference, which keeps nothing between pictures.
  public var byteCount: Int {
    compiled?.network.memory.map { $0.activations + $0.parameters + $0.scratch } ?? 0
  }
  /// Whether pictures are resized, and masks made, on the device.
  public var preparesOnDevice: Bool { compiled?.onDevicePictures.pipeline != nil }
  /// The names of the maps that are computed, the saliency map first: `d0` … `d6`.
  public let mapNames: [String]

  /// The batch sizes that are accepted.
  public static let batchRange = 1...4096

  private let request: DeviceRequest
  private let strict: Bool
  private let options: CompilationOptions
  private let preprocessingLocation: PreprocessingLocation?
  /// Nil after a device was lost and nothing could take its place.
  private var compiled: Compilation.Result?
  /// The device that runs, and the devices that may stand in for it.
  private var choice: DeviceChoice
  /// How often the current device was lost.
  private var losses = 0
  /// Whether the device refines edges correctly, and the compilation of the network in which that was tested.
  var refinement: (generation: Int, isRight: Bool)?
  /// Whether the device estimates the colours of cut-outs correctly, likewise.
  var foreground: (generation: Int, isRight: Bool)?
  /// What the user has been told that the host does instead of the device.
  var reportedHostWork: Set<HostWork> = []
  /// The number of the compilation of the network that runs now.
  private(set) var generation = 0

  /// What the host does for pictures where the device has too little memory.
  enum HostWork: String {
    case edges = "refines their edges"
    case colors = "estimates their foreground colours"
  }

  /// Where pictures become the network's input, and maps become masks.
  package enum PreprocessingLocation: Sendable {
    /// On the device.
    case device
    /// On the host.
    case host

    /// The location that suits a device: the host for CPUs, where the device would do the same after loading a program.
    package init(on device: ComputeDevice) {
      switch device.backend {
      case .openCL(let device): self = device.kind == .cpu ? .host : .device
      case .reference: self = .host
      }
    }
  }

  /// Loads a model on a device.
  ///
  /// - Parameters:
  ///   - model: the model; nil for the built-in one.
  ///   - request: the requested device.
  ///   - precision: how activations and weights are stored.
  ///   - strict: whether it is an error if another device than the requested one would run.
  ///   - size: the side of the network's input, in pixels; nil for the model's own.
  ///   - batch: the number of pictures that are computed at once; fewer if the device's memory does not hold them.
  ///   - resampling: how pictures are resized: bilinear as by the authors, or `.lanczos` as by rembg.
  ///   - mapResampling: how maps are resized to the size of the picture; nil for the same as `resampling`.
  ///   - mapNormalization: how the values of maps become the levels of masks: stretched as by the authors, or
  ///     `.identity` for the probabilities as they are.
  ///   - background: the colour that transparent pictures are laid over.
  ///   - maps: which maps are computed; `.saliency` is enough for masks.
  ///   - cache: where compiled programs and the results of tuning are kept.
  ///   - usesTunings: whether the results of an earlier tuning are used.
  public convenience init(
    model: Model? = nil, device request: DeviceRequest = .auto, precision: PrecisionRequest = .auto,
    strict: Bool = false, size: Int? = nil, batch: Int = 1, resampling: Resampling = .bilinear,
    mapResampling: Resampling? = nil, mapNormalization: MapNormalization = .minMax, background: Color = .white,
    maps: MapSelection = .all, cache: Cache = Cache(), usesTunings: Bool = true
  ) throws(Failure) {
    let options = CompilationOptions(maps: maps, precision: precision, cache: cache, usesTunings: usesTunings)
    try self.init(
      model: model, on: DeviceChoice(request, strict: strict), request, strict: strict, size: size, batch: batch,
      resampling: resampling, mapResampling: mapResampling, mapNormalization: mapNormalization,
      background: background, options)
  }

  /// - Parameter location: where pictures become the network's input; nil for what suits the device.
  package init(
    model: Model?, on choice: DeviceChoice, _ request: DeviceRequest, strict: Bool, size: Int?, batch: Int,
    resampling: Resampling = .bilinear, mapResampling: Resampling? = nil,
    mapNormalization: MapNormalization = .minMax, background: Color = .white,
    _ options: CompilationOptions, location: PreprocessingLocation? = nil
  ) throws(Failure) {
    try Self.check(batch: batch)
    let model = if let model { model } else { try Model.builtIn() }
    let inputSize = try model.inputSize(side: size)
    preprocessing = Preprocessing(
      size: inputSize, resampling: resampling, mapResampling: mapResampling, mapNormalization: mapNormalization,
      normalization: model.normalization, background: background)
    self.model = model
    self.options = options
    cache = options.cache
    (self.request, self.strict) = (request, strict)
    preprocessingLocation = location
    let compiled = try Compilation(
      model: model, preprocessing: preprocessing, options: options, location: location
    ).run(on: choice, batch: batch, mayFallBack: request.mayFallBack && !strict)
    (self.choice, self.batch) = (compiled.choice, compiled.batch)
    (precision, notes) = (compiled.network.precision, compiled.notes)
    mapNames = compiled.network.graph.outputs.map(\.name)
    self.compiled = compiled
    CrashReport.reinstall()
  }

  /// - Throws: `Failure` if a batch size is not in `batchRange`.
  package static func check(batch: Int) throws(Failure) {
    guard !batchRange.contains(batch) else { return }
    throw Failure(.usage, "a batch has from \(batchRange.lowerBound) to \(batchRange.upperBound) pictures")
  }

  /// Finds what stands out in a picture.
  ///
  /// - Throws: `Failure` if the device fails and no other device may stand in, or if all of those fail, too.
  public func detect(_ picture: Picture) throws(Failure) -> Detection { try detect([picture])[0] }

  /// Finds what stands out in pictures of any sizes.
  ///
  /// - Returns: a detection for each picture, in order.
  public func detect(_ pictures: [Picture]) throws(Failure) -> [Detection] {
    try submit(pictures, for: .maps).results()
  }

  /// The 8-bit masks of pictures of any sizes, each of the size of its picture, in order. The device makes the masks if
  /// it can.
  public func masks(of pictures: [Picture]) throws(Failure) -> [Mask] { try submit(pictures, for: .masks).results() }

  /// Sends pictures to the device and returns at once.
  ///
  /// Two batches keep a device busy; submitting a third waits for the first. The CPU reference computes when the
  /// results are requested.
  /// - Parameters:
  ///   - pictures: any number, split into batches of at most `batch` pictures.
  ///   - output: what is computed for each picture.
  /// - Returns: the results to wait for, one for each picture, in order.
  public func submit<Output>(
    _ pictures: [Picture], for output: RequestedOutput<Output>
  ) throws(Failure) -> Pending<[Output]> {
    let batches = try recovering { try output.begin($0, pictures) }
    let generation = generation
    return Pending {
      try self.recovering { detector in
        let batches = detector.generation == generation ? batches : try output.begin(detector, pictures)
        return try batches.flatMap { try $0.wait() }
      }
    }
  }

  /// Sends pictures that the host prepares.
  func beginMaps(_ pictures: [Picture]) throws -> [Pending<[Detection]>] {
    try batches(of: pictures).map { try beginMaps(of: $0) }
  }

  /// Sends a batch that the host prepares.
  ///
  /// Trap: the result must not retain the network, which has to be freed before it is compiled again.
  func beginMaps(of batch: [Picture]) throws -> Pending<[Detection]> {
    let network = try running.network
    let (graph, profile, preprocessing) = (network.graph, model.profile, preprocessing)
    return try network.begin(batch, preprocessing).map { outputs in
      try batch.enumerated().map { index, picture in
        try Detection(
          maps: graph.maps(outputs.map { $0.image(index) }), pictureSize: picture.size, profile: profile,
          resampling: preprocessing.mapResampling, normalization: preprocessing.mapNormalization)
      }
    }
  }

  /// Sends pictures whose masks the device makes; without a pipeline there, the host makes the masks of their maps.
  func beginMasks(_ pictures: [Picture]) throws -> [Pending<[MaskDetection]>] {
    guard let pipeline = try running.onDevicePictures.pipeline else {
      return try beginMaps(pictures).map {
        $0.map { try $0.map { MaskDetection(mask: try $0.mask(), confidence: $0.confidence) } }
      }
    }
    let areProbabilities = pipeline.areProbabilities
    return try batches(of: pictures).map { batch in
      let pending = try pipeline.submit(batch)
      return Pending {
        try pending.results().map { rendered in
          let confidence = Confidence(rendered.range, areProbabilities: areProbabilities)
          return MaskDetection(mask: rendered.mask, confidence: confidence)
        }
      }
    }
  }

  /// The compiled network and its device.
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
  /// Runs `body`. If the device fails, the network is compiled again for what is left, and `body` runs again.
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

  /// Reacts to a failure of the device: with a smaller batch if memory may be the cause, then with the same device once
  /// more, then with the next device if one may stand in. Each step is reported to `noticeHandler`.
  ///
  /// - Throws: the failure if nothing is left to try.
  private func recover(from error: any Error) throws(Failure) {
    let failure = Failure(error)
    // A text and not the network, which must be freed before the next one is compiled.
    let report = compiled?.network.memoryReport(failure, on: device)
    guard let report, device != .reference else { throw failure }
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

  /// Compiles the network again, after freeing the memory of the earlier one.
  private func compile(on choice: DeviceChoice, batch: Int, mayFallBack: Bool) throws(Failure) {
    compiled = nil
    let result = try Compilation(
      model: model, preprocessing: preprocessing, options: options, location: preprocessingLocation
    ).run(on: choice, batch: batch, mayFallBack: mayFallBack)
    for note in result.notes where !notes.contains(note) { noticeHandler(note) }
    if let reason = result.choice.fallback, reason != choice.fallback { noticeHandler(reason) }
    (self.choice, self.batch) = (result.choice, result.batch)
    (precision, notes) = (result.network.precision, result.notes)
    compiled = result
    generation += 1
  }
}
