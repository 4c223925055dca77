/// Why a request has no result.
public enum ServingError: Error {
  /// As many requests, or pixels, as allowed are under way: 503 with `Retry-After`.
  case full
  /// The server is about to end: 503.
  case stopping
  /// The time of the request is over: 504.
  case deadline
  /// The client has left, so nobody waits for the result.
  case cancelled
  /// The work itself has failed.
  case failed(any Error)
}
