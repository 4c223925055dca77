import HTTPTypes
import RequestGuard
import Testing

/// Who may ask.
@Suite struct RequestPolicyTests {
  private static let token = "0123456789abcdef"

  private static func policy(
    _ listening: HostRule.Listening = .address("127.0.0.1"), names: [String] = [], origins: [String] = [],
    tokens: String? = nil
  ) throws -> RequestPolicy {
    let rule = try tokens.map { try TokenRule($0.utf8) } ?? TokenRule()
    return RequestPolicy(HostRule(listening, names: names), OriginRule(origins), rule)
  }

  private static func request(
    _ host: String?, _ method: HTTPRequest.Method = .post, _ fields: [String: String] = [:]
  ) -> HTTPRequest {
    var request = HTTPRequest(method: method, scheme: "http", authority: host, path: "/v1/remove")
    for (name, value) in fields { if let name = HTTPField.Name(name) { request.headerFields[name] = value } }
    return request
  }

  private static func problem(
    _ policy: RequestPolicy, _ request: HTTPRequest, isOpen: Bool = false
  ) -> RequestPolicy.Problem? {
    guard case .refuse(let problem, _) = policy.verdict(on: request, isOpen: isOpen) else { return nil }
    return problem
  }

  @Test(arguments: [
    ("localhost", true), ("LocalHost:7000", true), ("127.0.0.1:7000", true), ("[::1]:80", true), ("localhost.", true),
    ("evil.example", false), ("evil.example:7000", false), ("localhost.evil.example", false), ("127.0.0.2", false),
    ("10.0.0.1", false), ("[::2]", false), ("localhost:7000:1", false), ("localhost:x", false), ("a@localhost", false),
    ("localhost/", false), ("[::1", false), ("[localhost]", false), ("localhost:7000000", false), (":80", false),
    ("0", false), ("2130706433", false), ("127.1", false), ("", false),
  ]) func hostsAreChecked(_ host: String, _ isAllowed: Bool) throws {
    #expect(HostRule(.address("127.0.0.1")).allows(host) == isAllowed)
  }

  @Test func hostsFollowTheAddress() {
    #expect(HostRule(.address("192.0.2.7")).allows("192.0.2.7:7000"))
    #expect(HostRule(.address("fe80::1")).allows("[fe80::1]:7000"))
    #expect(!HostRule(.address("192.0.2.7")).allows("192.0.2.8"))
    // On all addresses, each of them, but no name.
    #expect(HostRule(.address("0.0.0.0")).allows("192.0.2.8") && HostRule(.address("::")).allows("[2001:db8::1]"))
    #expect(!HostRule(.address("0.0.0.0")).allows("evil.example"))
    #expect(HostRule(.address("0.0.0.0"), names: ["Cut.Example"]).allows("cut.example:443"))
    #expect(HostRule(.address("0.0.0.0"), names: ["*"]).allows("any.example"))
    #expect(HostRule(.unixSocket).allows("any.example") && !HostRule(.unixSocket, names: ["a"]).allows("b"))
  }

  @Test(arguments: [
    ("127.0.0.1", true), ("127.9.9.9", true), ("localhost", true), ("::1", true), ("0.0.0.0", false), ("::", false),
    ("192.168.0.1", false), ("127.0.0.1.example", false), ("1270.0.0.1", false), ("127.0.0", false), ("", false),
  ]) func loopbackIsKnown(_ address: String, _ isLocal: Bool) { #expect(isLoopback(address) == isLocal) }

  @Test func originsAreChecked() throws {
    let policy = try Self.policy(origins: ["https://app.example"])
    func problem(_ fields: [String: String], _ method: HTTPRequest.Method = .post, isOpen: Bool = false)
      -> RequestPolicy.Problem?
    {
      Self.problem(policy, Self.request("localhost:7000", method, fields), isOpen: isOpen)
    }
    #expect(problem([:]) == nil)
    #expect(problem(["Origin": "http://localhost:7000"]) == nil)
    #expect(problem(["Origin": "https://localhost:7000"]) == nil)
    #expect(problem(["Origin": "https://APP.example"]) == nil)
    for origin in [
      "http://localhost:3000", "http://localhost", "https://evil.example", "null", "", "localhost:7000",
      "http://app.example", "https://app.example.evil", "file://", "http://localhost:7000.evil",
    ] {
      #expect(problem(["Origin": origin]) == .foreignOrigin, "\(origin)")
      #expect(problem(["Origin": origin], .get) == .foreignOrigin, "\(origin)")
      #expect(problem(["Origin": origin], .get, isOpen: true) == nil, "\(origin)")
      #expect(problem(["Origin": origin], isOpen: true) == .foreignOrigin, "\(origin)")
    }
    #expect(problem(["Sec-Fetch-Site": "cross-site"], .get) == .foreignOrigin)
    #expect(problem(["Sec-Fetch-Site": "same-site"]) == .foreignOrigin)
    #expect(problem(["Sec-Fetch-Site": "same-origin"]) == nil && problem(["Sec-Fetch-Site": "none"], .get) == nil)
  }

  @Test func namedOriginsMayReadAnswers() throws {
    let policy = try Self.policy(origins: ["https://app.example"])
    guard
      case .pass(let fields) = policy.verdict(
        on: Self.request("localhost", .post, ["Origin": "https://app.example"]), isOpen: false)
    else { return #expect(Bool(false)) }
    #expect(fields[.accessControlAllowOrigin] == "https://app.example" && fields[.vary] == "Origin")
    guard case .pass(let others) = policy.verdict(on: Self.request("localhost"), isOpen: false) else {
      return #expect(Bool(false))
    }
    #expect(others[.accessControlAllowOrigin] == nil && others[.vary] == "Origin")
    guard case .pass(let none) = try Self.policy().verdict(on: Self.request("localhost"), isOpen: false) else {
      return #expect(Bool(false))
    }
    #expect(none.isEmpty)
  }

  @Test func preflightsNeedANamedOriginAndNoToken() throws {
    let policy = try Self.policy(origins: ["https://app.example"], tokens: Self.token)
    let asked = ["Access-Control-Request-Method": "POST", "Access-Control-Request-Private-Network": "true"]
    func verdict(_ origin: String, _ host: String = "localhost") -> RequestPolicy.Verdict {
      policy.verdict(
        on: Self.request(host, .options, asked.merging(["Origin": origin]) { $1 }), isOpen: false)
    }
    guard case .preflight(let fields) = verdict("https://app.example") else { return #expect(Bool(false)) }
    #expect(fields[.accessControlAllowMethods] == "GET, HEAD, POST")
    guard case .refuse(.foreignOrigin, let refused) = verdict("https://evil.example") else {
      return #expect(Bool(false))
    }
    #expect(refused[.accessControlAllowOrigin] == nil)
    guard case .refuse(.foreignHost, _) = verdict("https://app.example", "evil.example") else {
      return #expect(Bool(false))
    }
  }

  @Test func tokensAreChecked() throws {
    let policy = try Self.policy(tokens: "# first\n\(Self.token)\r\n\n  second-token-of-ours\t\n")
    func problem(_ fields: [String: String], isOpen: Bool = false) -> RequestPolicy.Problem? {
      Self.problem(policy, Self.request("localhost", .get, fields), isOpen: isOpen)
    }
    #expect(problem([:]) == .noToken && problem([:], isOpen: true) == nil)
    for fields in [
      ["Authorization": "Bearer \(Self.token)"], ["Authorization": "bEARER   second-token-of-ours"],
      ["X-Api-Key": Self.token], ["X-Api-Key": "second-token-of-ours", "Authorization": "Basic eDp5"],
    ] {
      #expect(problem(fields) == nil, "\(fields)")
    }
    for wrong in [
      "", "0", "0123456789abcde", "0123456789abcdef0", "0123456789abcdeF", "\(Self.token)\(Self.token)",
      "# first", "first", String(repeating: "0", count: 5000),
    ] {
      #expect(problem(["X-Api-Key": wrong]) == .noToken, "\(wrong)")
      #expect(problem(["Authorization": "Bearer \(wrong)"]) == .noToken, "\(wrong)")
      #expect(problem(["Authorization": wrong]) == .noToken, "\(wrong)")
    }
    #expect(problem(["Authorization": Self.token]) == .noToken)
  }

  @Test func tokensMustBeUsable() throws {
    for text in [
      "", "\n# only a remark\n", "short", "0123456789 abcdef", "0123456789abcd\u{E9}f", "0123456789abcdef\0",
    ] {
      #expect(throws: TokenRule.TokenError.self, "\(text)") { try TokenRule(text.utf8) }
    }
    do {
      _ = try TokenRule("\n#\nsecret\n".utf8)
    } catch {
      #expect(error.description == "line 3: a token has 16 to 1024 bytes")
    }
  }

  @Test func originsAreWritten() {
    for text in ["https://a.example", "http://localhost:3000", "http://[::1]:80", "*"] {
      #expect(OriginRule.isOrigin(text), "\(text)")
    }
    for text in ["a.example", "https://a.example/", "https://", "ftp://a", "https://a b", "null"] {
      #expect(!OriginRule.isOrigin(text), "\(text)")
    }
  }
}
