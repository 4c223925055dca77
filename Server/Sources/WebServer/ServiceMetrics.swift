public import Connections
internal import HTTPTypes
public import PictureService
internal import ServerMetrics
public import Serving
internal import Synchronization

/// The metrics of the server.
public final class ServiceMetrics: Sendable {
  let registry = MetricRegistry()
  private let requests: Counter
  private let phases: Histogram
  private let waits: Histogram
  private let batches: Histogram
  private let loads: Counter
  private let loadTimes: Histogram
  private let releases: Counter
  private let pictures: Counter
  private let deviceTimes: Counter
  private let failures: Counter
  /// What the devices are called: by what the server was started with.
  private let devices = Mutex<[String]>([])

  /// Creates metrics that have counted nothing yet.
  public init() {
    requests = registry.counter(
      "u2cl_http_requests_total", help: "Requests that were answered.", labels: ["route", "code"])
    phases = registry.histogram(
      "u2cl_phase_seconds", help: "Time of each phase of a picture, waiting included.", labels: ["phase"],
      bounds: Histogram.seconds)
    waits = registry.histogram(
      "u2cl_queue_wait_seconds", help: "Time that pictures wait for a device.", bounds: Histogram.seconds)
    batches = registry.histogram(
      "u2cl_batch_pictures", help: "Pictures in a batch.", bounds: Histogram.counts)
    loads = registry.counter(
      "u2cl_model_loads_total", help: "Attempts to load a model.", labels: ["model", "device", "result"])
    loadTimes = registry.histogram(
      "u2cl_model_load_seconds", help: "Time to load a model, programs included.", bounds: Histogram.seconds)
    releases = registry.counter(
      "u2cl_model_releases_total", help: "Models that were released, to make room or to be loaded anew.",
      labels: ["model", "device"])
    pictures = registry.counter(
      "u2cl_device_pictures_total", help: "Pictures that a device has computed.", labels: ["device"])
    deviceTimes = registry.counter(
      "u2cl_device_seconds_total", help: "Time that a device has computed.", labels: ["device"])
    failures = registry.counter(
      "u2cl_device_failures_total", help: "Batches that have failed on a device.", labels: ["device"])
    registry.gauge("process_resident_memory_bytes", help: "Memory that the process holds.") {
      ProcessFigures.residentBytes
    }
    registry.gauge("process_open_fds", help: "Open files and connections.") { ProcessFigures.openFiles }
  }

  /// Adds what can be read of a service at any time.
  public func add(_ service: PictureService) {
    devices.withLock { $0 = service.configuration.devices.map { "\($0)" } }
    let admission = service.admission
    registry.gauge("u2cl_admitted_requests", help: "Requests under way.") { Double(admission.load.requests) }
    registry.gauge("u2cl_admitted_pixels", help: "Pixels of the requests under way.") { Double(admission.load.pixels) }
    registry.gauge("u2cl_admitted_bytes", help: "Bytes of the bodies of the requests under way.") {
      Double(admission.load.bytes)
    }
    registry.gauge("u2cl_queue_pictures", help: "Pictures that wait for a device.") { [weak service] in
      Double(service?.engine.waiting ?? 0)
    }
    registry.gauge("u2cl_model_memory_bytes", help: "Memory of the loaded models.") { [weak service] in
      Double(service?.modelByteCount ?? 0)
    }
    registry.gauge("u2cl_ready", help: "Whether the server is ready.") { [weak service] in
      service?.isReady ?? false ? 1 : 0
    }
  }

  /// Adds the number of open connections.
  public func add(_ count: ConnectionCount) {
    registry.gauge("u2cl_http_connections", help: "Open connections.") { Double(count.value) }
  }

  func count(_ template: String, _ status: HTTPResponse.Status) { requests.add(1, template, "\(status.code)") }

  func observe(_ answer: PictureService.Answer) {
    for (name, time) in answer.phases { phases.observe(time, name) }
  }

  /// Counts what the engine does.
  @Sendable public func observe(_ number: Int, _ event: EngineEvent<DetectorKey>) {
    let device = devices.withLock { $0.indices.contains(number) ? $0[number] : "\(number)" }
    switch event {
    case .loaded(let key, _, let time):
      loads.add(1, key.model, device, "loaded")
      loadTimes.observe(time)
    case .notLoaded(let key, _): loads.add(1, key.model, device, "failed")
    case .released(let key): releases.add(1, key.model, device)
    case .computed(_, let times, let time):
      batches.observe(Double(times.count))
      for time in times { waits.observe(time) }
      pictures.add(Double(times.count), device)
      deviceTimes.add(time / .seconds(1), device)
    case .failed: failures.add(1, device)
    }
  }
}
