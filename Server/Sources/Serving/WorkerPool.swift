/// A fixed number of threads for work of the processor, such as decoding and encoding. Work waits in order.
public final class WorkerPool: Sendable {
  private struct Job: Sendable {
    /// Tells the jobs of the queue apart.
    let owner: ObjectIdentifier
    let run: @Sendable () -> Void
    let stop: @Sendable () -> Void
  }

  private let queue = BlockingQueue<Job>()
  private let threads = Threads()

  /// Starts threads.
  ///
  /// - Parameters:
  ///   - name: the name of the threads.
  ///   - count: their number, at least one.
  public init(name: String, count: Int) {
    precondition(count > 0, "a pool of \(count) threads does nothing")
    for _ in 0..<count { threads.start(name) { [queue] in while let job = queue.take() { job.run() } } }
  }

  deinit { _ = queue.close() }

  /// The number of jobs that wait for a thread.
  public var waiting: Int { queue.count }

  /// Runs work on one of the threads, unless its result is no longer wanted by then.
  ///
  /// - Parameters:
  ///   - deadline: when the result is no longer wanted. Work that has begun goes on, and its result is dropped.
  ///   - body: the work.
  /// - Throws: `ServingError`; `.failed` with what `body` throws.
  public func run<Output: Sendable>(
    by deadline: ContinuousClock.Instant, _ body: @escaping @Sendable () throws -> Output
  ) async throws(ServingError) -> Output {
    let ticket = Ticket<Output>(deadline: deadline)
    let owner = ObjectIdentifier(ticket)
    let job = Job(owner: owner) {
      guard ticket.isOpen else { return }
      ticket.give(Result { try body() }.mapError(ServingError.failed))
    } stop: {
      ticket.give(.failure(.stopping))
    }
    return try await ticket.result { [queue] in
      if !queue.add(job) { job.stop() }
    } withdraw: { [queue] in
      queue.update { $0.removeAll { $0.owner == owner } }
    }
  }

  /// Drops the work that waits, and waits for the work that has begun.
  public func stop() async {
    for job in queue.close() { job.stop() }
    await threads.join()
  }
}
