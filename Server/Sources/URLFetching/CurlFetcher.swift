internal import CURLFetching
internal import Serving
internal import Synchronization

/// Fetches by libcurl: HTTP and HTTPS, from public addresses alone.
///
/// Each address that a connection goes to is checked when the connection is made, so that neither a redirect nor a name
/// that changes its address leads elsewhere. Proxies, cookies, credentials and compressed bodies are not used.
public final class CurlFetcher: URLFetcher {
  /// What is allowed.
  public struct Rules: Sendable {
    /// The ports that are asked.
    public var ports: Set<Int> = [80, 443]
    /// Whether this machine is asked, too: for tests.
    public var allowsLoopback = false
    /// The most redirects.
    public var redirects = 5
    /// The most time of all requests for one address.
    public var time = Duration.seconds(20)
    /// The most time to connect.
    public var connectTime = Duration.seconds(5)
    /// A request has stalled after so many seconds of fewer than `stallBytes` bytes each.
    public var stallSeconds = 5
    /// The least bytes a second of a request that has not stalled.
    public var stallBytes = 1000
    /// `HOST:PORT:ADDRESS`, which stands in for the look-up of a name: for tests.
    package var resolved: String?

    /// The default rules.
    public init() {}

    /// Whether a connection may go to an address.
    func allows(_ address: NetworkAddress) -> Bool { address.isPublic || allowsLoopback && address.isLoopback }
  }

  private let rules: Rules
  private let pool: WorkerPool
  private let waitingLimit = 64

  /// Starts threads.
  ///
  /// - Parameters:
  ///   - rules: what is allowed.
  ///   - threads: the number of addresses that are asked at once.
  public init(_ rules: Rules = Rules(), threads: Int = 4) {
    self.rules = rules
    pool = WorkerPool(name: "fetch", count: threads)
  }

  /// The bytes at an address.
  public func bytes(
    at url: String, atMost limit: Int, by deadline: ContinuousClock.Instant
  ) async throws(URLFetchError) -> [UInt8] {
    guard pool.waiting < waitingLimit else { throw .full }
    let transfer = Transfer(rules, limit: limit, deadline: min(deadline, .now + rules.time))
    let result = await withTaskCancellationHandler {
      await self.outcome { () throws(ServingError) in try await self.pool.run(by: deadline) { try transfer.run(url) } }
    } onCancel: {
      transfer.cancel()
    }
    // Nobody waits for a transfer that goes on after the deadline.
    transfer.cancel()
    return try result.get()
  }

  private func outcome(
    _ work: () async throws(ServingError) -> [UInt8]
  ) async -> Result<[UInt8], URLFetchError> {
    do throws(ServingError) { return .success(try await work()) } catch { return .failure(URLFetchError(error)) }
  }
}

extension URLFetchError {
  fileprivate init(_ error: ServingError) {
    switch error {
    case .full, .stopping: self = .full
    case .deadline: self = .tooSlow
    case .cancelled: self = .cancelled
    case .failed(let error): self = error as? URLFetchError ?? .unreachable
    }
  }
}

/// The requests for one address.
private final class Transfer: Sendable {
  private let rules: CurlFetcher.Rules
  private let limit: Int
  private let deadline: ContinuousClock.Instant
  private let isCancelled = Atomic(false)
  private let body = Mutex<[UInt8]>([])

  init(_ rules: CurlFetcher.Rules, limit: Int, deadline: ContinuousClock.Instant) {
    (self.rules, self.limit, self.deadline) = (rules, limit, deadline)
  }

  /// Ends the request under way, within a second.
  func cancel() { isCancelled.store(true, ordering: .relaxed) }

  /// Asks for an address, and for those that it is redirected to.
  func run(_ url: String) throws(URLFetchError) -> [UInt8] {
    var url = url
    for _ in 0...rules.redirects {
      let (status, redirect) = try ask(url)
      if status == 200 { return body.withLock { $0 } }
      guard (300..<400).contains(status), let redirect else { throw .unreachable }
      url = redirect
    }
    throw .tooManyRedirects(limit: rules.redirects)
  }

  private func ask(_ url: String) throws(URLFetchError) -> (status: Int, redirect: String?) {
    // Swift's strings may hold zeros, at which libcurl would stop to read.
    guard !url.utf8.contains(0) else { throw .invalid }
    let rest = ContinuousClock.now.duration(to: deadline)
    guard rest > .zero else { throw .tooSlow }
    var (status, redirect) = (0, UnsafeMutablePointer<CChar>?.none)
    defer { u2cl_fetch_release(redirect) }
    let end = url.withCString { url in
      withOptionalCString(rules.resolved) { resolved in
        var request = request(rest)
        (request.url, request.resolved) = (url, resolved)
        return withExtendedLifetime(self) { u2cl_fetch(&request, &status, &redirect) }
      }
    }
    if let error = error(of: end) { throw error }
    return (status, redirect.map { String(cString: $0) })
  }

  private func request(_ rest: Duration) -> u2cl_fetch_request {
    var request = u2cl_fetch_request()
    request.byte_limit = Int64(limit)
    request.total_milliseconds = max(1, rest.milliseconds)
    request.connect_milliseconds = rules.connectTime.milliseconds
    (request.stall_seconds, request.stall_bytes) = (rules.stallSeconds, rules.stallBytes)
    request.context = Unmanaged.passUnretained(self).toOpaque()
    request.allows_port = { context, port in
      Transfer.at(context).rules.ports.contains(Int(clamping: port))
    }
    request.allows_address = { context, bytes, count in
      Transfer.at(context).rules.allows(NetworkAddress(UnsafeBufferPointer(start: bytes, count: count)))
    }
    request.take = { context, bytes, count in
      Transfer.at(context).take(UnsafeRawBufferPointer(start: bytes, count: count))
    }
    request.goes_on = { !Transfer.at($0).isCancelled.load(ordering: .relaxed) }
    return request
  }

  private static func at(_ context: UnsafeMutableRawPointer?) -> Transfer {
    guard let context else { preconditionFailure("a request without context") }
    return Unmanaged.fromOpaque(context).takeUnretainedValue()
  }

  private func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
    body.withLock { body in
      guard body.count + bytes.count <= limit else { return false }
      body += bytes
      return true
    }
  }

  private func error(of end: u2cl_fetch_end) -> URLFetchError? {
    switch end {
    case U2CL_FETCH_DONE: nil
    case U2CL_FETCH_NO_LIBRARY: .noLibrary
    case U2CL_FETCH_BAD_URL: .invalid
    case U2CL_FETCH_TOO_LARGE: .tooLarge(limit: limit)
    case U2CL_FETCH_TOO_SLOW: .tooSlow
    case U2CL_FETCH_CANCELLED: .cancelled
    default: .unreachable
    }
  }
}

private func withOptionalCString<Result>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
  guard let text else { return body(nil) }
  return text.withCString(body)
}

extension Duration {
  /// The duration in milliseconds, rounded down.
  fileprivate var milliseconds: Int { Int(components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000) }
}
