import Pipelines
import U2Net

/// Which model runs on which devices, and what is said when it is loaded there.
struct DetectionSetup: Sendable {
  /// A model that is loaded on a device.
  struct Loaded: Sendable {
    let model: String
    let device: DeviceReport
  }

  private let model: ModelOptions
  private let options: DeviceOptions
  private let maps: MapSelection
  private let need: RequestedOutput
  private let batch: Int
  private let isQuiet: Bool
  /// Whether the model's maps, by their names, can be had as they are wanted.
  private let check: @Sendable ([String]) throws(Failure) -> Void
  private let caches = PersistentCaches()
  private let state = Monitor<[Loaded]>([])

  init(
    model: ModelOptions, device options: DeviceOptions, maps: MapSelection, need: RequestedOutput, batch: Int,
    isQuiet: Bool,
    check: @escaping @Sendable ([String]) throws(Failure) -> Void = { _ in }
  ) {
    self.check = check
    self.need = need
    self.model = model
    self.options = options
    self.maps = maps
    self.batch = batch
    self.isQuiet = isQuiet
  }

  /// The devices on which the model has been loaded.
  var loaded: [Loaded] { state.update { $0 } }

  /// A pipeline from decoded pictures to what was found in them.
  typealias Line<Job: Sendable, Output: Sendable> = Pipeline<Job, DecodedPicture, DetectedPicture, Output, Failure>

  /// What makes each device, on the thread on which it will be used.
  func devices<Job, Output>() -> [@Sendable () -> Line<Job, Output>.Device] {
    let requests = options.requests
    return requests.map { request in
      {
        let stage = DetectionStage({ () throws(Failure) in try load(on: request) }, need: need, check: check)
        return { batch in
          let detected = stage.begin(batch)
          return {
            switch detected() {
            case .success(let found): return .computed(found.map { .success($0) })
            case .failure(let failure):
              if requests.count > 1 { Console.error("device \(request) is left out: \(failure)") }
              return .lost(failure)
            }
          }
        }
      }
    }
  }

  private func load(on request: DeviceRequest) throws(Failure) -> SaliencyDetector {
    let detector = try model.detector(
      on: request, options, batch: batch, maps: maps, cache: caches.cache, isQuiet: isQuiet)
    let report = DeviceReport(detector.device, asked: request, fallback: detector.fallback)
    let isFirst = state.update { loaded in
      defer { loaded.append(Loaded(model: detector.model.name, device: report)) }
      return loaded.isEmpty
    }
    if !isQuiet {
      if isFirst { caches.warn(of: [detector]) }
      let half = detector.precision == .float16 ? ", half precision" : ""
      Console.error("\(detector.model.name) at \(detector.preprocessing.size) on \(detector.device)\(half)")
    }
    return detector
  }
}
