/// Runs requests through models on devices.
///
/// Each device has a thread of its own, which loads models on first use and alone uses them. Requests wait in one
/// queue. A device that is free takes the request that has waited longest, and every other one for the same model that
/// waits at that moment, up to the model's batch size: batches form under load, and no request waits for company.
public final class Engine<Loader: ModelLoader>: Sendable {
  /// What a request is about.
  public typealias Input = Loader.Loaded.Input
  /// What comes of it.
  public typealias Output = Loader.Loaded.Output

  private let queue = BlockingQueue<EngineRequest<Loader>>()
  private let threads = Threads()

  /// Starts a thread for each device.
  ///
  /// - Parameters:
  ///   - devices: loads models on each device; at least one.
  ///   - byteLimit: the most memory of the models of each device. While a model is loaded, it comes on top.
  ///   - failureMemory: how long a model that could not be loaded is not tried again.
  ///   - observe: receives what happens, and the number of the device, on the devices' threads.
  public init(
    devices: [Loader], byteLimit: Int, failureMemory: Duration = .zero,
    observe: @escaping @Sendable (Int, EngineEvent<Loader.Key>) -> Void = { _, _ in }
  ) {
    precondition(!devices.isEmpty, "an engine without devices")
    let occupancy = Occupancy(devices: devices.count)
    for (number, loader) in devices.enumerated() {
      threads.start("device \(number)") { [queue] in
        var worker = DeviceWorker(
          loader, number: number, queue: queue, occupancy: occupancy, byteLimit: byteLimit,
          failureMemory: failureMemory, observe: { observe(number, $0) })
        worker.run()
      }
    }
  }

  deinit { for request in queue.close() { request.ticket.give(.failure(.stopping)) } }

  /// The number of requests that wait for a device.
  public var waiting: Int { queue.count }

  /// Computes a request.
  ///
  /// If the task is cancelled, or the time is over, a request that waits is not computed. One that has begun is
  /// computed with its batch, and its result is dropped.
  /// - Parameters:
  ///   - input: what is computed.
  ///   - key: the model.
  ///   - device: the number of the device that computes; nil for any.
  ///   - deadline: when the result is no longer wanted.
  /// - Throws: `ServingError`; `.failed` with what the loader or the model throws.
  public func run(
    _ input: Input, with key: Loader.Key, on device: Int? = nil, by deadline: ContinuousClock.Instant
  ) async throws(ServingError) -> Output {
    let request = EngineRequest<Loader>(key: key, input: input, device: device, deadline: deadline)
    return try await request.ticket.result { [queue] in
      if !queue.add(request) { request.ticket.give(.failure(.stopping)) }
    } withdraw: { [queue] in
      queue.update { $0.removeAll { $0 === request } }
    }
  }

  /// Refuses the requests that wait, finishes the batches in flight, and ends the threads.
  public func stop() async {
    for request in queue.close() { request.ticket.give(.failure(.stopping)) }
    await threads.join()
  }
}

/// What an engine does, for metrics and the log.
public enum EngineEvent<Key: Hashable & Sendable>: Sendable {
  /// A model was loaded.
  case loaded(Key, byteCount: Int, time: Duration)
  /// A model could not be loaded.
  case notLoaded(Key, any Error)
  /// A model was released, to make room for another or to be loaded anew.
  case released(Key)
  /// A batch was computed. `waits` says how long each of its requests has waited; `time` goes from the batch's
  /// beginning, or from the end of the batch before if that is later, to its end.
  case computed(Key, waits: [Duration], time: Duration)
  /// A batch failed, and its model was released.
  case failed(Key, any Error)
}

/// A request that waits for a device, or is computed.
final class EngineRequest<Loader: ModelLoader>: Sendable {
  let key: Loader.Key
  let input: Loader.Loaded.Input
  /// The number of the device that computes; nil for any.
  let device: Int?
  let ticket: Ticket<Loader.Loaded.Output>
  let arrival = ContinuousClock.now

  init(key: Loader.Key, input: Loader.Loaded.Input, device: Int?, deadline: ContinuousClock.Instant) {
    (self.key, self.input, self.device, ticket) = (key, input, device, Ticket(deadline: deadline))
  }

  /// Whether the result is still wanted, by the client and by the clock.
  var isWanted: Bool { ticket.isOpen && ContinuousClock.now < ticket.deadline }
}
