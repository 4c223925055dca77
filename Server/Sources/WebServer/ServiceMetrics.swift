internal import HTTPTypes
public import PictureService
internal import ServerMetrics
public import Serving

/// The metrics of the server.
public final class ServiceMetrics: Sendable {
  let registry = MetricRegistry()
  private let requests: Counter
  private let phases: Histogram
  private let waits: Histogram
  private let batches: Histogram
  private let loads: Counter
  private let releases: Counter

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
    loads = registry.counter("u2cl_model_loads_total", help: "Attempts to load a model.", labels: ["result"])
    releases = registry.counter("u2cl_model_releases_total", help: "Models that were released to make room.")
  }

  /// Adds what can be read of a service at any time.
  public func add(_ service: PictureService) {
    let admission = service.admission
    registry.gauge("u2cl_admitted_requests", help: "Requests under way.") { Double(admission.load.requests) }
    registry.gauge("u2cl_admitted_pixels", help: "Pixels of the requests under way.") { Double(admission.load.pixels) }
    registry.gauge("u2cl_queue_pictures", help: "Pictures that wait for a device.") { [weak service] in
      Double(service?.engine.waiting ?? 0)
    }
  }

  func count(_ template: String, _ status: HTTPResponse.Status) { requests.add(1, template, "\(status.code)") }

  func observe(_ answer: PictureService.Answer) {
    for (name, time) in answer.phases { phases.observe(time, name) }
  }

  /// Counts what the engine does.
  @Sendable public func observe(_ device: Int, _ event: EngineEvent<DetectorKey>) {
    switch event {
    case .loaded: loads.add(1, "loaded")
    case .notLoaded: loads.add(1, "failed")
    case .released: releases.add()
    case .computed(_, let times, _):
      batches.observe(Double(times.count))
      for time in times { waits.observe(time) }
    case .failed: break
    }
  }
}
