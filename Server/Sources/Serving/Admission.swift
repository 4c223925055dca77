internal import Synchronization

/// Bounds the requests under way, in number, in pixels and in bytes.
///
/// A request enters before its body is read, so that a server that is full says so at once. It claims its bytes as they
/// arrive, and its pixels as soon as the headers of its pictures have arrived, before memory is taken for them.
public final class Admission: Sendable {
  /// The bounds.
  public struct Limits: Hashable, Sendable {
    /// The largest number of requests.
    public var requests: Int
    /// The largest number of pixels of their pictures. A single request may exceed it, or it could never be admitted.
    public var pixels: Int

    /// The largest number of bytes of their bodies. A single request may exceed it.
    public var bytes: Int

    /// Creates bounds.
    public init(requests: Int, pixels: Int, bytes: Int = 256 << 20) {
      (self.requests, self.pixels, self.bytes) = (requests, pixels, bytes)
    }
  }

  /// What is under way.
  public struct Load: Hashable, Sendable {
    /// The number of requests.
    public var requests = 0
    /// The number of pixels that they have claimed.
    public var pixels = 0

    /// The number of bytes that they have claimed.
    public var bytes = 0

    /// Creates a load; none by default.
    public init(requests: Int = 0, pixels: Int = 0, bytes: Int = 0) {
      (self.requests, self.pixels, self.bytes) = (requests, pixels, bytes)
    }
  }

  /// A request's place, which is given back by `leave`, or when the place is released.
  public final class Place: Sendable {
    private let admission: Admission
    /// What the request has claimed; nil after it has left.
    private let claimed = Mutex<Load?>(Load(requests: 1))

    fileprivate init(_ admission: Admission) { self.admission = admission }

    /// A place within this one, for one of several pictures of a request: it claims and gives back what is its own, and
    /// does not count as a request.
    public func part() -> Place { Place(partOf: admission) }

    private init(partOf admission: Admission) {
      self.admission = admission
      claimed.withLock { $0 = Load() }
    }

    deinit { leave() }

    /// Claims pixels and bytes in addition to those that the request has claimed before.
    ///
    /// - Throws: `ServingError.full` if that is too much at the moment.
    public func claim(pixels: Int = 0, bytes: Int = 0) throws(ServingError) {
      let isAdmitted = claimed.withLock { claimed in
        guard let own = claimed, admission.claim(pixels, bytes, having: own) else { return false }
        claimed = Load(requests: own.requests, pixels: own.pixels + pixels, bytes: own.bytes + bytes)
        return true
      }
      guard isAdmitted else { throw .full }
    }

    /// Gives the place back but for the bytes of the answer, which count until `leave`: a client that takes its answer
    /// slowly keeps nobody else from asking, but only so many answers may wait.
    public func keep(answer bytes: Int) {
      claimed.withLock { claimed in
        guard let own = claimed else { return }
        let kept = Load(bytes: bytes)
        admission.exchange(own, for: kept)
        claimed = kept
      }
    }

    /// Gives the place back, and what was claimed.
    public func leave() {
      let claimed = claimed.withLock { claimed in
        defer { claimed = nil }
        return claimed
      }
      if let claimed { admission.leave(claimed) }
    }
  }

  private struct State {
    var load = Load()
    var isClosed = false
    /// Who waits for the last request to leave.
    var waiters: [Int: CheckedContinuation<Bool, Never>] = [:]
    var nextWaiter = 0
  }

  private let state = Mutex(State())
  /// The bounds.
  public let limits: Limits

  /// Creates an admission without requests.
  public init(_ limits: Limits) { self.limits = limits }

  /// What is under way.
  public var load: Load { state.withLock { $0.load } }

  /// Whether requests are no longer admitted.
  public var isClosed: Bool { state.withLock { $0.isClosed } }

  /// Admits a request.
  ///
  /// - Throws: `ServingError.full`, or `ServingError.stopping` after `close`.
  public func enter() throws(ServingError) -> Place {
    let refusal = state.withLock { state -> ServingError? in
      if state.isClosed { return .stopping }
      guard state.load.requests < limits.requests, state.load.bytes < limits.bytes else { return .full }
      state.load.requests += 1
      return nil
    }
    if let refusal { throw refusal }
    return Place(self)
  }

  /// Admits no more requests.
  public func close() { state.withLock { $0.isClosed = true } }

  /// Waits until every request has left.
  ///
  /// - Parameter grace: how long to wait.
  /// - Returns: false if some requests are still under way.
  public func drain(within grace: Duration) async -> Bool {
    let number = state.withLock { state in
      defer { state.nextWaiter += 1 }
      return state.nextWaiter
    }
    let timer = Task {
      try await Task.sleep(for: grace)
      state.withLock { $0.waiters.removeValue(forKey: number) }?.resume(returning: false)
    }
    defer { timer.cancel() }
    return await withCheckedContinuation { continuation in
      let isEmpty = state.withLock { state in
        if state.load.requests > 0 { state.waiters[number] = continuation }
        return state.load.requests == 0
      }
      if isEmpty { continuation.resume(returning: true) }
    }
  }

  private func claim(_ pixels: Int, _ bytes: Int, having own: Load) -> Bool {
    state.withLock { state in
      let load = state.load
      guard Self.fits(pixels, load.pixels, own.pixels, limits.pixels),
        Self.fits(bytes, load.bytes, own.bytes, limits.bytes)
      else { return false }
      state.load.pixels += pixels
      state.load.bytes += bytes
      return true
    }
  }

  /// Whether more can be claimed: nothing more always can, nor is there a bound for a request that is alone.
  private static func fits(_ count: Int, _ claimed: Int, _ own: Int, _ limit: Int) -> Bool {
    count == 0 || claimed == own || count <= limit - claimed
  }

  private func leave(_ claimed: Load) { exchange(claimed, for: Load()) }

  private func exchange(_ claimed: Load, for kept: Load) {
    let waiters = state.withLock { state -> [CheckedContinuation<Bool, Never>] in
      state.load.requests += kept.requests - claimed.requests
      state.load.pixels += kept.pixels - claimed.pixels
      state.load.bytes += kept.bytes - claimed.bytes
      guard state.load.requests == 0 else { return [] }
      defer { state.waiters = [:] }
      return Array(state.waiters.values)
    }
    for waiter in waiters { waiter.resume(returning: true) }
  }
}
