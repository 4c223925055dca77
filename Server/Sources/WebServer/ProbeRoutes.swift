internal import HTTPTypes
internal import PictureService
internal import ServerMetrics
internal import Serving

/// What orchestrators and monitoring ask for.
enum ProbeRoutes {
  static var all: [Route] {
    [
      Route(.get, "/healthz", isOpen: true) { _ in .text(.ok, "ok") },
      Route(.get, "/readyz", isOpen: true) { exchange in
        exchange.server.service.readinessProblem.map { .text(.serviceUnavailable, $0) } ?? .text(.ok, "ready")
      },
      Route(.get, "/metrics", isOpen: true) { exchange in
        Reply(.ok, MetricRegistry.mediaType, Array(exchange.server.metrics.registry.text.utf8))
      },
    ]
  }
}
