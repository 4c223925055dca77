import HTTPTypes
import Testing

import WebServer

@Suite struct RouteTableTests {
  private let table = RouteTable([
    Route(.get, "/") { _ in .text(.ok, "page") },
    Route(.get, "/v2/models/{name}/ready") { _ in .text(.ok, "ready") },
    Route(.post, "/v1/remove") { _ in .text(.ok, "done") },
  ])

  @Test func findsRoutes() {
    #expect(found(.get, "/") == "/")
    #expect(found(.head, "/") == "/")
    #expect(found(.post, "/v1/remove") == "/v1/remove")
    #expect(found(.get, "/v2/models/a%2Fb/ready") == "/v2/models/{name}/ready a%2Fb")
  }

  @Test func refusesOthers() {
    #expect(found(.get, "/v1/remove") == "POST")
    #expect(found(.post, "/") == "GET")
    for path in [
      "/v1", "/v1/remove/", "//v1/remove", "/v2/models//ready", "/v2/models/a/b/ready", "", "*", "/V1/REMOVE",
    ] {
      #expect(found(.post, path) == "nothing", "\(path)")
    }
  }

  private func found(_ method: HTTPRequest.Method, _ path: String) -> String {
    switch table.match(method, path) {
    case .route(let route, let parameters): ([route.template] + parameters).joined(separator: " ")
    case .wrongMethod(let methods, _): methods.map(\.rawValue).joined(separator: " ")
    case .nothing: "nothing"
    }
  }
}
