public import HTTPTypes

/// Who may ask: host, origin and token, in this order.
public struct RequestPolicy: Sendable {
  /// What becomes of a request.
  public enum Verdict: Sendable {
    /// It is answered by its route, with these fields besides.
    case pass(HTTPFields)
    /// It is a browser's question about what a page may send: 204 with these fields.
    case preflight(HTTPFields)
    /// It is refused, with these fields besides.
    case refuse(Problem, HTTPFields)
  }

  /// Why a request is refused.
  public enum Problem: Hashable, Sendable, CaseIterable {
    /// 400: there is no host.
    case noHost
    /// 403: the host is not one of the server's.
    case foreignHost
    /// 403: another site has caused the request.
    case foreignOrigin
    /// 401: there is no token, or a wrong one.
    case noToken

    /// The status of the answer.
    public var status: HTTPResponse.Status {
      switch self {
      case .noHost: .badRequest
      case .foreignHost, .foreignOrigin: .forbidden
      case .noToken: .unauthorized
      }
    }

    /// One line for people.
    public var line: String {
      switch self {
      case .noHost: "the request names no host"
      case .foreignHost: "the server does not answer to this name; start it with --host-name to allow the name"
      case .foreignOrigin: "pages of this origin may not use the server; start it with --allow-origin to allow them"
      case .noToken: "the request needs a token: Authorization: Bearer, or X-Api-Key"
      }
    }
  }

  private let hosts: HostRule
  private let origins: OriginRule
  private let tokens: TokenRule

  /// Creates a policy.
  public init(_ hosts: HostRule, _ origins: OriginRule = OriginRule(), _ tokens: TokenRule = TokenRule()) {
    (self.hosts, self.origins, self.tokens) = (hosts, origins, tokens)
  }

  /// Judges a request by its head.
  ///
  /// - Parameters:
  ///   - request: the head. Requests over HTTP/1.1 without a host do not get this far.
  ///   - isOpen: whether the route does nothing but tell a state, or is the page: it takes no token, and other sites
  ///     may lead to it.
  public func verdict(on request: HTTPRequest, isOpen: Bool) -> Verdict {
    // HTTP/1.0 has no hosts, and no browser speaks it.
    if let host = request.authority {
      guard !host.isEmpty else { return .refuse(.noHost, [:]) }
      guard hosts.allows(host) else { return .refuse(.foreignHost, [:]) }
    }
    if let fields = origins.preflight(request) { return .preflight(fields) }
    let fields = origins.fields(for: request)
    let isReading = request.method == .get || request.method == .head
    guard isOpen && isReading || origins.allows(request) else { return .refuse(.foreignOrigin, fields) }
    guard isOpen || tokens.allows(request.headerFields) else {
      var challenge = fields
      challenge[.wwwAuthenticate] = "Bearer realm=\"u2cl\""
      return .refuse(.noToken, challenge)
    }
    return .pass(fields)
  }
}
