import Models
import Pictures
import Pipelines
import U2Net

/// Which model runs on which devices, and what is reported when the model is loaded.
struct DetectionSetup: Sendable {
  /// A model that is loaded on a device.
  struct Loaded: Sendable {
    let model: String
    let device: DeviceReport
  }

  private let model: ModelOptions
  private let options: DeviceOptions
  private let maps: MapSelection
  private let output: DetectionOutput
  private let normalization: MapNormalization
  private let batch: Int
  private let isQuiet: Bool
  /// Whether the CPU reference may answer while programs are compiled in the background.
  private let answersMeanwhile: Bool
  /// Checks whether maps with these names can be written.
  private let check: @Sendable ([String]) throws(Failure) -> Void
  private let caches = PersistentCaches()
  private let state = Monitor<[Loaded]>([])

  /// - Parameters:
  ///   - answersMeanwhile: whether the CPU reference may answer while programs are compiled in the background, if the
  ///     user leaves the device to u2cl.
  ///   - check: checks the names of the model's maps before anything is computed.
  init(
    model: ModelOptions, device options: DeviceOptions, maps: MapSelection, output: DetectionOutput,
    normalization: MapNormalization, batch: Int, isQuiet: Bool, answersMeanwhile: Bool = false,
    check: @escaping @Sendable ([String]) throws(Failure) -> Void = { _ in }
  ) {
    self.check = check
    self.output = output
    self.normalization = normalization
    self.model = model
    self.options = options
    self.maps = maps
    self.batch = batch
    self.isQuiet = isQuiet
    self.answersMeanwhile = answersMeanwhile && options.requests == [.auto] && !options.strict
  }

  /// The devices on which the model has been loaded.
  var loaded: [Loaded] { state.update { $0 } }

  /// A pipeline from decoded pictures to what was found in them.
  typealias Line<Job: Sendable, Output: Sendable> = Pipeline<Job, DecodedPicture, DetectedPicture, Output, Failure>

  /// A function for each device that makes the device on the thread that will use it.
  func devices() -> [@Sendable () -> any PipelineDevice<DecodedPicture, DetectedPicture, Failure>] {
    let requests = options.requests
    return requests.map { request in
      {
        DetectionDevice(
          load: { () throws(Failure) in try load(on: request) }, output: output,
          lost: { failure in
            if requests.count > 1 { Console.error("device \(request) is left out: \(failure.message)") }
          })
      }
    }
  }

  private func load(on request: DeviceRequest) throws(Failure) -> SaliencyDetector {
    let detector = try model.detector(
      on: request, options, batch: batch, maps: maps, normalization: normalization, cache: caches.cache,
      isQuiet: isQuiet, answersMeanwhile: answersMeanwhile)
    if normalization == .identity, detector.model.profile.task == .parsing {
      throw Failure(.usage, "\(detector.model.name) makes classes, which are not stretched; leave out --no-stretch")
    }
    var report = DeviceReport(detector.device, asked: request, fallback: detector.fallback)
    report.compilation = detector.compilationCost
    let loaded = Loaded(model: detector.model.name, device: report)
    let isFirst = state.update { all in
      defer { all.append(loaded) }
      return all.isEmpty
    }
    if !isQuiet {
      if isFirst { caches.warn(of: [detector]) }
      let half = detector.precision == .float16 ? ", half precision" : ""
      Console.error("\(detector.model.name) at \(detector.preprocessing.size) on \(detector.device)\(half)")
      if let cost = report.compilation { CompilationDisplay.report(cost, isKept: caches.cache.keepsPrograms) }
    }
    try check(detector.mapNames)
    return detector
  }
}
