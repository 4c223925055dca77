/// Fetches what clients name by an address.
public protocol URLFetcher: Sendable {
  /// The bytes at an address.
  ///
  /// - Parameters:
  ///   - url: an `http://` or `https://` address.
  ///   - limit: the most bytes.
  ///   - deadline: when the bytes are no longer wanted.
  /// - Throws: `URLFetchError`.
  func bytes(at url: String, atMost limit: Int, by deadline: ContinuousClock.Instant) async throws(URLFetchError)
    -> [UInt8]
}

/// Why an address brought nothing.
///
/// What was found there is not told: a client could otherwise explore the server's network. No such name, an address
/// that is not public, no connection, and an answer without a body are all `unreachable`.
public enum URLFetchError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The text is no address that the server would ask.
  case invalid
  /// Nothing was fetched.
  case unreachable
  /// There are more bytes than allowed.
  case tooLarge(limit: Int)
  /// The time is over, or too few bytes came.
  case tooSlow
  /// There were more redirects than allowed.
  case tooManyRedirects(limit: Int)
  /// libcurl is not installed.
  case noLibrary
  /// The server has as many addresses to ask as it takes, or is about to end.
  case full
  /// The client has left.
  case cancelled

  /// What is wrong, on one line.
  public var description: String {
    switch self {
    case .invalid: "it is no http:// or https:// address without user name, at a port that the server asks"
    case .unreachable: "nothing was fetched: it has to be at a public address and be answered with 200"
    case .tooLarge(let limit): "there are more than \(limit) bytes"
    case .tooSlow: "it took too long"
    case .tooManyRedirects(let limit): "there are more than \(limit) redirects"
    case .noLibrary: "the server has no libcurl, which fetches"
    case .full: "the server fetches as much as it can; try again later"
    case .cancelled: "the client has left"
    }
  }
}
