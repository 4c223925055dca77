public import HTTPTypes

/// The pages that may use the server from a browser: its own, and those of named origins.
///
/// Browsers send requests of any page to any server, with the answer hidden from the page at most. So requests that
/// another site has caused are refused, unless its origin is named.
public struct OriginRule: Sendable {
  private let origins: Set<String>

  /// Creates a rule.
  ///
  /// - Parameter origins: the origins of other sites that may use the server, as `https://example.org`; `*` stands for
  ///   every origin.
  public init(_ origins: [String] = []) { self.origins = Set(origins.map { $0.lowercased() }) }

  /// Whether a text is an origin as browsers write it: scheme, host, and a port if it is not the usual one.
  public static func isOrigin(_ text: String) -> Bool {
    if text == "*" { return true }
    guard let host = host(of: text.lowercased()) else { return false }
    return HostRule.name(of: String(host)) != nil
  }

  /// Whether the server answers a request, as far as its origin goes.
  ///
  /// - Parameter request: the request.
  /// - Returns: false if another site has caused the request, and is not named.
  func allows(_ request: HTTPRequest) -> Bool {
    if let origin = request.headerFields[.origin] { return isSame(origin, request) || isNamed(origin) }
    // Pictures and links of other sites send no origin, but modern browsers tell.
    guard let site = request.headerFields[.secFetchSite] else { return true }
    return site == "same-origin" || site == "none"
  }

  /// The fields of every answer to a request, so that a page of a named origin may read it.
  func fields(for request: HTTPRequest) -> HTTPFields {
    guard !origins.isEmpty else { return [:] }
    var fields: HTTPFields = [.vary: "Origin"]
    guard let origin = request.headerFields[.origin], isNamed(origin) else { return fields }
    fields[.accessControlAllowOrigin] = origin
    fields[.accessControlExposeHeaders] = "*, Retry-After, X-Request-Id"
    return fields
  }

  /// The answer to a browser that asks what a page may send; nil if the request is not that question, or if the page
  /// is not of a named origin.
  func preflight(_ request: HTTPRequest) -> HTTPFields? {
    guard request.method == .options, let origin = request.headerFields[.origin], isNamed(origin),
      request.headerFields[.accessControlRequestMethod] != nil
    else { return nil }
    var fields = fields(for: request)
    fields[.accessControlAllowMethods] = "GET, HEAD, POST"
    fields[.accessControlAllowHeaders] = "Accept, Authorization, Content-Type, X-Api-Key, X-Request-Id"
    fields[.accessControlMaxAge] = "600"
    if request.headerFields[.privateNetwork] == "true" { fields[.allowPrivateNetwork] = "true" }
    return fields
  }

  private func isNamed(_ origin: String) -> Bool { origins.contains("*") || origins.contains(origin.lowercased()) }

  /// Whether an origin is the server itself. A proxy may speak TLS before it, so the scheme does not matter.
  private func isSame(_ origin: String, _ request: HTTPRequest) -> Bool {
    guard let authority = request.authority?.lowercased() else { return false }
    return Self.host(of: origin.lowercased()).map { $0 == authority } ?? false
  }

  private static func host(of origin: String) -> Substring? {
    for scheme in ["http://", "https://"] where origin.hasPrefix(scheme) { return origin.dropFirst(scheme.count) }
    return nil
  }
}

extension HTTPField.Name {
  /// Which site has caused a request, in the browser's words.
  static let secFetchSite = known("Sec-Fetch-Site")
  /// The name of a request.
  public static let requestID = known("X-Request-Id")
  /// A token, as remove.bg's clients send it.
  public static let apiKey = known("X-Api-Key")
  static let privateNetwork = known("Access-Control-Request-Private-Network")
  static let allowPrivateNetwork = known("Access-Control-Allow-Private-Network")

  private static func known(_ name: String) -> HTTPField.Name {
    guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is no name of a field") }
    return name
  }
}
