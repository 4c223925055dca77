/// The work of a device's thread: it takes requests, loads models, and computes batches.
struct DeviceWorker<Loader: ModelLoader> {
  private typealias Request = EngineRequest<Loader>

  /// A batch in flight.
  private struct Batch {
    let key: Loader.Key
    let model: Loader.Loaded
    let requests: [Request]
    let inFlight: Loader.Loaded.InFlight
    let start: ContinuousClock.Instant
  }

  private let loader: Loader
  /// The number of the device.
  private let number: Int
  private let queue: BlockingQueue<EngineRequest<Loader>>
  private let occupancy: Occupancy
  private let observe: @Sendable (EngineEvent<Loader.Key>) -> Void
  /// Models that could not be loaded, and until when that is not tried again.
  private var failures: [Loader.Key: (error: any Error, end: ContinuousClock.Instant)] = [:]
  private let failureMemory: Duration
  private var cache: ModelCache<Loader.Key, Loader.Loaded>
  /// The end of the last batch.
  private var busyUntil: ContinuousClock.Instant?

  init(
    _ loader: Loader, number: Int, queue: BlockingQueue<EngineRequest<Loader>>, occupancy: Occupancy, byteLimit: Int,
    failureMemory: Duration, observe: @escaping @Sendable (EngineEvent<Loader.Key>) -> Void
  ) {
    (self.loader, self.number, self.queue, self.occupancy) = (loader, number, queue, occupancy)
    (self.failureMemory, self.observe) = (failureMemory, observe)
    cache = ModelCache(byteLimit: byteLimit)
  }

  /// Computes until the queue is closed and empty.
  mutating func run() {
    while let first = queue.take(where: { [number] in $0.device == nil || $0.device == number }) {
      occupancy.begin()
      defer { occupancy.end() }
      guard first.isWanted, let model = loaded(for: first) else { continue }
      var current = begun([first] + others(like: first, atMost: model.batch - 1), on: model)
      while let batch = current {
        // While a batch is computed, the next one is begun only if it is full, so that requests gather meanwhile, and
        // if no device is idle that could begin it at once.
        let next = occupancy.isFull ? fullBatch(like: batch) : []
        current = next.isEmpty ? nil : begun(next, on: batch.model)
        finish(batch)
      }
    }
  }

  /// The model of a request, which fails if the model cannot be loaded.
  private mutating func loaded(for request: Request) -> Loader.Loaded? {
    let key = request.key
    if let model = usable(key) { return model }
    let start = ContinuousClock.now
    do {
      if let failure = failures[key], start < failure.end { throw failure.error }
      let expected = cache.knownByteCount(of: key) ?? loader.expectedByteCount(of: key)
      for key in cache.makeRoom(for: expected) { observe(.released(key)) }
      let model = try load(key, start)
      observe(.loaded(key, byteCount: model.byteCount, time: start.duration(to: .now)))
      for key in cache.add(model, for: key) { observe(.released(key)) }
      return model
    } catch {
      request.ticket.give(.failure(.failed(error)))
      return nil
    }
  }

  /// A model that is loaded and as good as a new one.
  private mutating func usable(_ key: Loader.Key) -> Loader.Loaded? {
    guard let model = cache.use(key) else { return nil }
    guard model.isStale else { return model }
    cache.remove(key)
    observe(.released(key))
    return nil
  }

  /// Loads a model, and remembers a failure for a while, so that a crowd of requests does not try again and again.
  private mutating func load(_ key: Loader.Key, _ start: ContinuousClock.Instant) throws -> Loader.Loaded {
    failures = failures.filter { start < $0.value.end }
    do { return try loader.load(key) } catch {
      failures[key] = (error, .now + failureMemory)
      observe(.notLoaded(key, error))
      throw error
    }
  }

  /// The requests that wait for the same model, the oldest first.
  private func others(like first: Request, atMost count: Int) -> [Request] {
    let (key, number) = (first.key, number)
    return queue.update { waiting in
      Self.take(count, from: &waiting) { $0.key == key && ($0.device == nil || $0.device == number) }
    }
  }

  /// As many requests as the model takes at once, if the oldest one that waits is for the same model and there are that
  /// many; none otherwise, so that requests for other models have their turn.
  private func fullBatch(like batch: Batch) -> [Request] {
    let (key, count, number) = (batch.key, batch.model.batch, number)
    return queue.update { waiting in
      let isMine = { (request: Request) in request.device == nil || request.device == number }
      let fits = { (request: Request) in request.key == key && isMine(request) }
      guard waiting.first(where: isMine)?.key == key, waiting.count(where: fits) >= count else { return [] }
      return Self.take(count, from: &waiting, where: fits)
    }
  }

  private static func take(
    _ count: Int, from waiting: inout [Request], where isTaken: (Request) -> Bool
  ) -> [Request] {
    var taken: [Request] = []
    waiting.removeAll { request in
      guard taken.count < count, isTaken(request) else { return false }
      taken.append(request)
      return true
    }
    return taken
  }

  /// Begins a batch of the requests that are still wanted; nil if there are none, or if the batch has failed.
  private mutating func begun(_ requests: [Request], on model: Loader.Loaded) -> Batch? {
    let wanted = requests.filter(\.isWanted)
    guard let key = wanted.first?.key else { return nil }
    let start = ContinuousClock.now
    do {
      let inFlight = try model.begin(wanted.map(\.input))
      return Batch(key: key, model: model, requests: wanted, inFlight: inFlight, start: start)
    } catch {
      fail(wanted, key, error)
      return nil
    }
  }

  private mutating func finish(_ batch: Batch) {
    do {
      let outputs = try batch.model.finish(batch.inFlight)
      precondition(outputs.count == batch.requests.count, "a model returned \(outputs.count) results")
      let end = ContinuousClock.now
      for (request, output) in zip(batch.requests, outputs) { request.ticket.give(.success(output)) }
      let time = max(batch.start, busyUntil ?? batch.start).duration(to: end)
      busyUntil = end
      observe(.computed(batch.key, waits: batch.requests.map { $0.arrival.duration(to: batch.start) }, time: time))
    } catch {
      fail(batch.requests, batch.key, error)
    }
  }

  /// Fails requests, and releases the model, so that the next request loads it anew.
  private mutating func fail(_ requests: [Request], _ key: Loader.Key, _ error: any Error) {
    cache.remove(key)
    for request in requests { request.ticket.give(.failure(.failed(error))) }
    observe(.failed(key, error))
  }
}
