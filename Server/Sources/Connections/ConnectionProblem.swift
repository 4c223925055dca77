/// Why the server answers by itself, without asking a route.
public enum ConnectionProblem: Error, Hashable, Sendable, CaseIterable {
  /// The request cannot be read, or can be read in two ways.
  case malformed
  /// The version is neither 1.0 nor 1.1.
  case version
  /// The target has too many bytes.
  case longTarget
  /// The header has too many bytes or fields.
  case longHeader
  /// The client expects something that the server does not do.
  case expectation
  /// The header, or the body, takes too long or comes too slowly.
  case slow
  /// The connection has ended within the body.
  case cutOff
  /// There are too many connections.
  case crowded

  /// The status of the answer.
  public var status: Int {
    switch self {
    case .malformed, .cutOff: 400
    case .version: 505
    case .longTarget: 414
    case .longHeader: 431
    case .expectation: 417
    case .slow: 408
    case .crowded: 503
    }
  }

  /// One line for people.
  public var line: String {
    switch self {
    case .malformed: "the request is not valid HTTP/1.1"
    case .version: "the server speaks HTTP/1.1 and HTTP/1.0"
    case .longTarget: "the address of the request is too long"
    case .longHeader: "the header of the request is too large"
    case .expectation: "the server meets no expectation but 100-continue"
    case .slow: "the request took too long to arrive"
    case .cutOff: "the body ends early"
    case .crowded: "the server has too many connections; try again later"
    }
  }

  /// The sort of problem, for programs; the same words as in the answers of routes.
  var code: String {
    switch self {
    case .malformed, .version, .expectation, .cutOff: "bad-request"
    case .longTarget, .longHeader: "too-large"
    case .slow: "slow"
    case .crowded: "full"
    }
  }
}
