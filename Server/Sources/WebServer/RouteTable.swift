package import HTTPTypes

/// A path and a method, and what answers there.
package struct Route: Sendable {
  /// Answers a request.
  package typealias Handler = @Sendable (Exchange) async throws -> Reply
  /// How an interface says why there is no result.
  package typealias Style = @Sendable (Refusal) -> Reply

  package let method: HTTPRequest.Method
  /// The path, where `{name}` stands for one segment: `/v2/models/{name}/ready`. It is the route's name in metrics and
  /// in the log, which never hold what a client has sent.
  package let template: String
  /// How refusals are written.
  let style: Style
  /// Whether anybody may ask, without a token: probes and the page.
  var isOpen = false
  let handler: Handler

  /// Creates a route.
  package init(
    _ method: HTTPRequest.Method, _ template: String, style: @escaping Style = Problem.style, isOpen: Bool = false,
    _ handler: @escaping Handler
  ) {
    (self.method, self.template, self.style, self.isOpen) = (method, template, style, isOpen)
    self.handler = handler
  }
}

/// Finds the route of a request.
package struct RouteTable: Sendable {
  /// What a path and a method lead to.
  package enum Match: Sendable {
    /// A route, and what stands for the names in its template.
    case route(Route, parameters: [String])
    /// The path takes these methods only.
    case wrongMethod([HTTPRequest.Method], style: Route.Style)
    /// There is nothing at the path.
    case nothing

    /// Whether anybody may ask, without a token.
    var isOpen: Bool {
      if case .route(let route, _) = self { route.isOpen } else { false }
    }

    /// How refusals are written.
    var style: Route.Style {
      switch self {
      case .route(let route, _): route.style
      case .wrongMethod(_, let style): style
      case .nothing: Problem.style
      }
    }

    /// The name for metrics and the log: never what the client has sent.
    var template: String {
      if case .route(let route, _) = self { route.template } else { "other" }
    }
  }

  private let routes: [(segments: [Substring], route: Route)]

  /// A table; the first route that fits is taken.
  package init(_ routes: [Route]) { self.routes = routes.map { (Self.segments(of: $0.template[...]), $0) } }

  /// The route of a request. GET leads HEAD, too.
  ///
  /// - Parameter path: the path without the query, still percent-encoded.
  package func match(_ method: HTTPRequest.Method, _ path: String) -> Match {
    let segments = Self.segments(of: path[...])
    let wanted: HTTPRequest.Method = method == .head ? .get : method
    var others: [Route] = []
    for (template, route) in routes {
      guard let parameters = Self.parameters(template, segments) else { continue }
      if route.method == wanted { return .route(route, parameters: parameters) }
      others.append(route)
    }
    guard let first = others.first else { return .nothing }
    return .wrongMethod(others.map(\.method), style: first.style)
  }

  private static func segments(of path: Substring) -> [Substring] {
    path.split(separator: "/", omittingEmptySubsequences: false)
  }

  private static func parameters(_ template: [Substring], _ segments: [Substring]) -> [String]? {
    guard template.count == segments.count else { return nil }
    var parameters: [String] = []
    for (expected, segment) in zip(template, segments) {
      if expected.hasPrefix("{") {
        guard !segment.isEmpty else { return nil }
        parameters.append(String(segment))
      } else if expected != segment {
        return nil
      }
    }
    return parameters
  }
}

/// The way in which our own interface says why there is no result: RFC 9457.
package struct Problem: Encodable {
  /// The name of the status.
  let title: String
  /// The status.
  let status: Int
  /// One line for people.
  let detail: String
  /// The sort of problem, for programs.
  let code: String

  /// Writes a refusal as `application/problem+json`.
  @Sendable package static func style(_ refusal: Refusal) -> Reply {
    Reply.json(
      refusal.status,
      Problem(
        title: refusal.status.reasonPhrase, status: refusal.status.code, detail: refusal.detail,
        code: refusal.code.rawValue), as: "application/problem+json"
    ).adding(refusal)
  }
}
