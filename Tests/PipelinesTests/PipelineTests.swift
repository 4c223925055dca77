import Pipelines
import TestSupport
import Testing

/// Order, bounds, failures, devices that fail, and stopping.
@Suite struct PipelineTests {
  private struct Problem: Error, Hashable { let number: Int }
  private typealias Line = Pipeline<Int, Int, Int, Int, Problem>

  /// Counts up to a number.
  private static func numbers(to count: Int) -> @Sendable () -> Int? {
    let next = Monitor(0)
    return {
      next.update { next in
        guard next < count else { return nil }
        defer { next += 1 }
        return next
      }
    }
  }

  private static func limits(threads: Int = 3, batch: Int = 1, weight: Int = .max) -> Line.Limits {
    var limits = Line.Limits(threads: threads)
    limits.batch = batch
    limits.weight = weight
    limits.patience = .milliseconds(5)
    return limits
  }

  /// A little work, of another length each time.
  private static func dawdle(_ seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let end = ContinuousClock.now + .microseconds(Int.random(in: 0...300, using: &generator))
    while ContinuousClock.now < end {}
  }

  /// A device whose two steps are given as functions.
  private struct TestDevice: PipelineDevice {
    var beginning: ([Int]) -> Void = { dawdle($0[0]) }
    var results: ([Int]) throws(Problem) -> [Int]

    func begin(_ batch: [Int]) -> [Int] {
      beginning(batch)
      return batch
    }

    func finish(_ batch: [Int]) throws(Problem) -> [Result<Int, Problem>] { try results(batch).map { .success($0) } }
  }

  private static func doubling() -> Line.Device {
    TestDevice { batch in
      dawdle(batch.count)
      return batch.map { $0 * 2 }
    }
  }

  @Test(arguments: [(0, 1, 1, 1), (1, 1, 1, 1), (7, 1, 1, 4), (200, 1, 1, 1), (200, 4, 3, 1), (200, 3, 2, 7)])
  func everyJobComesOutInOrder(jobs: Int, threads: Int, devices: Int, batch: Int) {
    let line = Line(
      limits: Self.limits(threads: threads, batch: batch),
      load: { job, admit in
        admit(job)
        Self.dawdle(job)
        return job % 13 == 5 ? .failure(Problem(number: job)) : .success(job + 1)
      },
      devices: Array(repeating: { Self.doubling() }, count: devices),
      store: { job, content in
        Self.dawdle(-job & 0xFFFF)
        return job % 17 == 3 ? .failure(Problem(number: -job)) : .success(content)
      })
    var results: [Result<Int, Problem>] = []
    line.run(stop: StopSignal(), next: Self.numbers(to: jobs)) { job, result in
      #expect(job == results.count)
      results.append(result)
    }
    #expect(
      results
        == (0..<jobs).map { job in
          if job % 13 == 5 { return .failure(Problem(number: job)) }
          return job % 17 == 3 ? .failure(Problem(number: -job)) : .success(2 * (job + 1))
        }, "\(jobs) jobs, \(threads) threads, \(devices) devices, batches of \(batch)")
  }

  /// However slow the end is, the beginning does not run ahead of it.
  @Test func onlySoManyJobsAreUnderWay() {
    let underWay = Monitor((now: 0, most: 0))
    let next = Self.numbers(to: 300)
    let line = Line(
      limits: Self.limits(threads: 2), load: { job, _ in .success(job) }, devices: [{ Self.doubling() }],
      store: { _, content in .success(content) })
    line.run(stop: StopSignal()) {
      guard let job = next() else { return nil }
      underWay.update { state in
        state.now += 1
        state.most = max(state.most, state.now)
      }
      return job
    } deliver: { job, _ in
      Self.dawdle(job)
      underWay.update { $0.now -= 1 }
    }
    // One more than the window, which has been asked for and waits to enter.
    #expect(underWay.update { $0.now } == 0)
    #expect(underWay.update { $0.most } <= 4 * 2 + 3 + 1, "\(underWay.update { $0.most })")
  }

  /// Jobs weigh up to the limit together, and one that is heavier goes alone; none waits for ever.
  @Test func weightIsBounded() {
    let weight = Monitor((now: 0, most: 0))
    @Sendable func weigh(_ job: Int) -> Int { job % 10 == 7 ? 500 : 30 + job % 20 }
    let line = Line(
      limits: Self.limits(threads: 4, batch: 8, weight: 100),
      load: { job, admit in
        admit(weigh(job))
        weight.update { state in
          state.now += weigh(job)
          state.most = max(state.most, state.now)
        }
        return .success(job)
      },
      devices: [{ Self.doubling() }, { Self.doubling() }],
      store: { job, content in
        weight.update { $0.now -= weigh(job) }
        return .success(content)
      })
    var count = 0
    line.run(stop: StopSignal(), next: Self.numbers(to: 150)) { _, _ in count += 1 }
    #expect(count == 150 && weight.update { $0.now } == 0)
    // The oldest may go on beside those that are there.
    #expect(weight.update { $0.most } <= 100 + 500, "\(weight.update { $0.most })")
  }

  /// While one batch is computed the next is begun, never a third; each is waited for in its turn.
  @Test func theNextBatchIsBegunMeanwhile() {
    let underWay = Monitor<[Int]>([])
    let most = Monitor(0)
    let line = Line(
      limits: Self.limits(threads: 2, batch: 3), load: { job, _ in .success(job) },
      devices: [
        {
          TestDevice(
            beginning: { batch in
              let count = underWay.update {
                $0.append(batch[0])
                return $0.count
              }
              most.update { $0 = max($0, count) }
            },
            results: { batch in
              Self.dawdle(batch[0])
              #expect(underWay.update { $0.removeFirst() } == batch[0])
              return batch
            })
        }
      ], store: { _, content in .success(content) })
    var results: [Int] = []
    line.run(stop: StopSignal(), next: Self.numbers(to: 200)) { job, _ in results.append(job) }
    #expect(results == Array(0..<200) && underWay.update { $0.isEmpty } && most.update { $0 } == 2)
  }

  @Test func batchesAreFilled() {
    let sizes = Monitor<[Int]>([])
    let line = Line(
      limits: Self.limits(threads: 2, batch: 5), load: { job, _ in .success(job) },
      devices: [
        { TestDevice(beginning: { batch in sizes.update { $0.append(batch.count) } }, results: { $0 }) }
      ], store: { _, content in .success(content) })
    line.run(stop: StopSignal(), next: Self.numbers(to: 23)) { _, _ in }
    let seen = sizes.update { $0 }
    #expect(seen.reduce(0, +) == 23 && seen.allSatisfy { 1...5 ~= $0 }, "\(seen)")
  }

  /// The jobs of a device that fails go to the other; every one is done.
  @Test func anotherDeviceTakesOver() {
    let calls = Monitor(0)
    let line = Line(
      limits: Self.limits(batch: 2), load: { job, _ in .success(job) },
      devices: [
        { Self.doubling() },
        {
          TestDevice { (batch) throws(Problem) in
            let call = calls.update {
              $0 += 1
              return $0
            }
            guard call < 3 else { throw Problem(number: 1) }
            return batch.map { $0 * 2 }
          }
        },
      ], store: { _, content in .success(content) })
    var results: [Result<Int, Problem>] = []
    line.run(stop: StopSignal(), next: Self.numbers(to: 100)) { _, result in results.append(result) }
    #expect(results == (0..<100).map { .success(2 * $0) })
  }

  @Test func withoutDevicesEveryJobFails() {
    let line = Line(
      limits: Self.limits(), load: { job, _ in .success(job) },
      devices: Array(repeating: { TestDevice { _ throws(Problem) in throw Problem(number: 9) } }, count: 2),
      store: { _, content in .success(content) })
    var results: [Result<Int, Problem>] = []
    line.run(stop: StopSignal(), next: Self.numbers(to: 50)) { _, result in results.append(result) }
    #expect(results == Array(repeating: .failure(Problem(number: 9)), count: 50))
  }

  /// After the signal little more is done, what is delivered is in order, and the run ends, also without an end of
  /// jobs.
  @Test(arguments: 0..<8) func itStops(seed: Int) {
    let stop = StopSignal()
    let stored = Monitor(0)
    let line = Line(
      limits: Self.limits(threads: 1 + seed % 3, batch: 1 + seed % 4, weight: 50),
      load: { job, admit in
        admit(job % 60)
        Self.dawdle(job + seed)
        return .success(job)
      }, devices: [{ Self.doubling() }],
      store: { _, content in
        stored.update { $0 += 1 }
        return .success(content)
      })
    var last = -1
    var count = 0
    line.run(stop: stop, next: Self.numbers(to: .max)) { job, _ in
      #expect(job > last, "seed \(seed)")
      (last, count) = (job, count + 1)
      if count == 10 + seed { stop.request() }
    }
    #expect(count >= 10 + seed && count < 60 + seed, "\(count) with seed \(seed)")
    #expect(stored.update { $0 } == count, "what was stored was delivered, seed \(seed)")
  }
}
