import Dispatch
import Serving
import Testing

/// Batches, models, deadlines, failures and stopping, with models that end their batches when the test lets them.
@Suite struct EngineTests {
  /// Requests that are under way.
  private static func requests(
    _ inputs: some Sequence<Int>, _ key: String = "a", to engine: Engine<FakeModels>,
    on device: Int? = nil, by deadline: ContinuousClock.Instant = .far
  ) async -> [Task<Int, any Error>] {
    var tasks: [Task<Int, any Error>] = []
    for input in inputs {
      let waiting = engine.waiting
      tasks.append(Task { try await engine.run(input, with: key, on: device, by: deadline) })
      // In the order of the inputs, for the tests to be definite.
      #expect(await eventually { engine.waiting > waiting })
    }
    return tasks
  }

  /// A gated engine whose device is busy with the request 0 for model "a", so that further requests wait.
  private static func busy(
    batch: Int = 4, byteLimit: Int = 100, observe: @escaping @Sendable (Int, EngineEvent<String>) -> Void = { _, _ in }
  ) async -> (FakeModels, Engine<FakeModels>, Task<Int, any Error>) {
    let models = FakeModels(batch: batch, isGated: true)
    let engine = Engine(devices: [models], byteLimit: byteLimit, observe: observe)
    let first = Task { try await engine.run(0, with: "a", by: .far) }
    #expect(await eventually { models.batches == [[0]] })
    return (models, engine, first)
  }

  private static func open(_ models: FakeModels) { for _ in 0..<100 { models.gate?.signal() } }

  private static func results(_ tasks: [Task<Int, any Error>]) async throws -> [Int] {
    var results: [Int] = []
    for task in tasks { results.append(try await task.value) }
    return results
  }

  @Test func aLoneRequestDoesNotWaitForOthers() async throws {
    let models = FakeModels(batch: 64)
    let engine = Engine(devices: [models], byteLimit: 100)
    #expect(try await engine.run(1, with: "a", by: .far) == 1001)
    #expect(models.batches == [[1]])
    await engine.stop()
  }

  @Test func requestsThatWaitBecomeBatches() async throws {
    let (models, engine, first) = await Self.busy(batch: 3)
    let tasks = await Self.requests(1...7, to: engine)
    Self.open(models)
    #expect(try await first.value == 1000)
    #expect(try await Self.results(tasks) == (1001...1007).map { $0 })
    #expect(models.batches == [[0], [1, 2, 3], [4, 5, 6], [7]])
    #expect(models.loads == ["a"])
    await engine.stop()
  }

  @Test func aFullBatchBeginsWhileAnotherIsComputed() async throws {
    let (models, engine, first) = await Self.busy(batch: 2)
    let tasks = await Self.requests(1...5, to: engine)
    models.gate?.signal()
    #expect(try await first.value == 1000)
    // [1, 2] is computed and [3, 4] has begun behind it; 5 waits, because a batch would not be full.
    #expect(await eventually { models.batches == [[0], [1, 2], [3, 4]] })
    #expect(engine.waiting == 1)
    Self.open(models)
    #expect(try await Self.results(tasks).count == 5)
    await engine.stop()
  }

  @Test func modelsTakeTurns() async throws {
    let (models, engine, first) = await Self.busy(batch: 2)
    let tasks =
      await Self.requests([1], "bb", to: engine) + Self.requests([2, 3, 4, 5], to: engine)
      + Self.requests([6], "bb", to: engine)
    Self.open(models)
    _ = try await first.value
    #expect(try await Self.results(tasks) == [1001, 1002, 1003, 1004, 1005, 1006])
    #expect(models.batches == [[0], [1, 6], [2, 3], [4, 5]])
    #expect(models.loads == ["a", "bb"])
    await engine.stop()
  }

  @Test func modelsAreReleasedWithinTheBound() async throws {
    let models = FakeModels()
    let released = Locked<[String]>([])
    let engine = Engine(devices: [models], byteLimit: 35) { _, event in
      if case .released(let key) = event { released.withLock { $0.append(key) } }
    }
    // 10, 20, 10 and 50 bytes.
    for key in ["a", "bb", "a", "c", "bb", "ddddd", "a"] { _ = try await engine.run(1, with: key, by: .far) }
    #expect(models.loads == ["a", "bb", "c", "bb", "ddddd", "a"])
    #expect(released.withLock { $0 } == ["bb", "a", "c", "bb", "ddddd"], "\(released.withLock { $0 })")
    #expect(await eventually { models.record.withLock { $0.released } == 5 })
    await engine.stop()
    #expect(models.record.withLock { $0.released } == 6, "the thread has released its models")
  }

  @Test func requestsThatAreNoLongerWantedAreNotComputed() async throws {
    let (models, engine, first) = await Self.busy()
    let left = await Self.requests([1], to: engine)[0]
    let late = await Self.requests([2], to: engine, by: .now + .seconds(2))[0]
    let kept = await Self.requests([3], to: engine)[0]
    left.cancel()
    let start = ContinuousClock.now
    #expect(await late.result.refusal == "deadline")
    #expect(await left.result.refusal == "cancelled")
    #expect(start.duration(to: .now) < .seconds(5) && engine.waiting == 1)
    first.cancel()
    #expect(await first.result.refusal == "cancelled", "nobody waits for a batch that nobody wants")
    Self.open(models)
    #expect(try await kept.value == 1003)
    #expect(models.batches == [[0], [3]])
    await engine.stop()
  }

  @Test func aTaskThatIsCancelledBeforeItBeginsGetsNothing() async {
    let models = FakeModels()
    let engine = Engine(devices: [models], byteLimit: 100)
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await engine.run(1, with: "a", by: .far)
    }
    #expect(await task.result.refusal == "cancelled")
    #expect(models.batches.isEmpty)
    await engine.stop()
  }

  @Test func aModelThatFailsIsLoadedAnew() async throws {
    let models = FakeModels()
    let failures = Locked(0)
    let engine = Engine(devices: [models], byteLimit: 100) { _, event in
      if case .failed = event { failures.withLock { $0 += 1 } }
    }
    for input in [FakeModels.failsAtBegin, FakeModels.failsAtFinish] {
      #expect(await Task { try await engine.run(input, with: "a", by: .far) }.result.refusal == "failed")
    }
    #expect(try await engine.run(1, with: "a", by: .far) == 1001)
    #expect(models.loads == ["a", "a", "a"] && failures.withLock { $0 } == 2)
    await engine.stop()
  }

  @Test func aModelThatCannotBeLoadedFailsItsRequestAlone() async throws {
    let engine = Engine(devices: [FakeModels()], byteLimit: 100)
    #expect(await Task { try await engine.run(1, with: "", by: .far) }.result.refusal == "failed")
    #expect(try await engine.run(1, with: "a", by: .far) == 1001)
    await engine.stop()
  }

  @Test func severalDevicesShareTheQueue() async throws {
    let devices = [FakeModels(batch: 1, isGated: true), FakeModels(batch: 1, isGated: true)]
    let engine = Engine(devices: devices, byteLimit: 100)
    let tasks = (1...2).map { input in Task { try await engine.run(input, with: "a", by: .far) } }
    #expect(await eventually { devices.allSatisfy { $0.batches.count == 1 } })
    for device in devices { Self.open(device) }
    #expect(try await Self.results(tasks) == [1001, 1002])
    await engine.stop()
  }

  @Test(arguments: [Duration.zero, .seconds(3600)]) func aFailureToLoadIsRememberedForAWhile(time: Duration)
    async throws
  {
    let models = FakeModels()
    let engine = Engine(devices: [models], byteLimit: 100, failureMemory: time)
    for _ in 0..<3 {
      #expect(await Task { try await engine.run(1, with: "", by: .far) }.result.refusal == "failed")
    }
    #expect(try await engine.run(1, with: "a", by: .far) == 1001, "others are not concerned")
    #expect(models.loads == (time == .zero ? ["", "", "", "a"] : ["", "a"]))
    await engine.stop()
  }

  @Test func roomIsMadeBeforeAModelIsLoaded() async throws {
    let models = FakeModels()
    let steps = Locked<[String]>([])
    let engine = Engine(devices: [models], byteLimit: 35) { _, event in
      switch event {
      case .loaded(let key, let byteCount, _): steps.withLock { $0.append("+\(key) \(byteCount)") }
      case .released(let key): steps.withLock { $0.append("-\(key)") }
      default: break
      }
    }
    for key in ["a", "bb", "cc"] { _ = try await engine.run(1, with: key, by: .far) }
    #expect(steps.withLock { $0 } == ["+a 10", "+bb 20", "-a", "-bb", "+cc 20"])
    await engine.stop()
  }

  @Test func aStaleModelIsLoadedAnew() async throws {
    let models = FakeModels()
    let engine = Engine(devices: [models], byteLimit: 100)
    for isStale in [false, false, true, false] {
      models.isStale.withLock { $0 = isStale }
      #expect(try await engine.run(1, with: "a", by: .far) == 1001)
    }
    #expect(models.loads == ["a", "a"])
    await engine.stop()
  }

  @Test func requestsMayChooseTheirDevice() async throws {
    let devices = [FakeModels(), FakeModels()]
    let engine = Engine(devices: devices, byteLimit: 100)
    for _ in 0..<20 {
      #expect(try await engine.run(1, with: "a", on: 0, by: .far) == 1001)
      #expect(try await engine.run(2, with: "a", on: 1, by: .far) == 1002)
    }
    #expect(devices[0].batches.joined().allSatisfy { $0 == 1 } && devices[1].batches.joined().allSatisfy { $0 == 2 })
    await engine.stop()
  }

  @Test func aBusyDeviceDoesNotKeepRequestsForOthers() async throws {
    let devices = [FakeModels(isGated: true), FakeModels()]
    let engine = Engine(devices: devices, byteLimit: 100)
    let first = Task { try await engine.run(1, with: "a", on: 0, by: .far) }
    #expect(await eventually { devices[0].batches == [[1]] })
    let second = await Self.requests([2], to: engine, on: 0)[0]
    for input in 3..<9 { #expect(try await engine.run(input, with: "a", by: .far) == input + 1000) }
    #expect(devices[1].batches == (3..<9).map { [$0] })
    Self.open(devices[0])
    #expect(try await first.value == 1001)
    #expect(try await second.value == 1002)
    await engine.stop()
  }

  @Test func stoppingFinishesWhatHasBegun() async throws {
    let (models, engine, first) = await Self.busy()
    let waiting = await Self.requests([1, 2], to: engine)
    let stopping = Task { await engine.stop() }
    for task in waiting { #expect(await task.result.refusal == "stopping") }
    Self.open(models)
    #expect(try await first.value == 1000)
    await stopping.value
    #expect(await Task { try await engine.run(3, with: "a", by: .far) }.result.refusal == "stopping")
    #expect(models.batches == [[0]])
  }

  @Test func eventsTellWaitsAndTimes() async throws {
    let sizes = Locked<[Int]>([])
    let (models, engine, first) = await Self.busy { _, event in
      if case .computed("a", let waits, let time) = event, time >= .zero, waits.allSatisfy({ $0 >= .zero }) {
        sizes.withLock { $0.append(waits.count) }
      }
    }
    let tasks = await Self.requests(1...3, to: engine)
    Self.open(models)
    _ = try await Self.results([first] + tasks)
    await engine.stop()
    #expect(sizes.withLock { $0 } == [1, 3])
  }

  /// Every request has its own result, whatever else is cancelled, late or failing at the same time.
  @Test(arguments: 0..<4) func nothingIsMixedUpUnderLoad(seed: Int) async {
    let engine = Engine(devices: [FakeModels(batch: 5), FakeModels(batch: 3)], byteLimit: 25)
    let wrong = await withTaskGroup(of: Int.self) { group in
      for client in 0..<16 {
        group.addTask {
          var wrong = 0
          for round in 0..<100 {
            let input = 1 + client * 100 + round
            let key = ["a", "b", "cc"][(input * 7 + seed) % 3]
            let task = Task { try await engine.run(input, with: key, by: .far) }
            if (input + seed) % 13 == 0 { task.cancel() }
            switch await task.result {
            case .success(let output): wrong += output == input + 1000 ? 0 : 1
            case .failure: wrong += (input + seed) % 13 == 0 ? 0 : 1
            }
          }
          return wrong
        }
      }
      return await group.reduce(0, +)
    }
    #expect(wrong == 0)
    await engine.stop()
  }
}

extension Result where Success == Int, Failure == any Error {
  /// The name of the error; nil for a success.
  fileprivate var refusal: String? {
    guard case .failure(let error) = self else { return nil }
    return switch error as? ServingError {
    case .full: "full"
    case .stopping: "stopping"
    case .deadline: "deadline"
    case .cancelled: "cancelled"
    case .failed: "failed"
    case nil: "\(error)"
    }
  }
}
