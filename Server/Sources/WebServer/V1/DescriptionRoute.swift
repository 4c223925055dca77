internal import HTTPTypes

/// The description of every route, for programs: OpenAPI 3.1.
enum DescriptionRoute {
  static var all: [Route] {
    [Route(.get, "/openapi.json") { _ in Reply(.ok, "application/json", WebServer.description) }]
  }
}

extension WebServer {
  /// The description of every route, in JSON.
  package static var description: [UInt8] { PackageResources.openapi_json }
}
