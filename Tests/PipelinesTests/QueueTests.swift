import LibC
import Pipelines
import Testing

@Suite struct QueueTests {
  @Test func whatIsPutBackComesFirst() {
    let queue = BoundedQueue<Int>(capacity: 3)
    for number in 1...3 { queue.add(number) }
    let taken = queue.take(atMost: 2, patience: .zero)
    queue.add(4)
    queue.add(5)
    queue.putBack(taken)
    queue.close()
    queue.add(6)
    #expect((0..<6).map { _ in queue.take() } == [1, 2, 3, 4, 5, nil])
    #expect(queue.take(atMost: 4, patience: .seconds(100)).isEmpty)
  }

  @Test func aFullQueueLetsNobodyIn() throws {
    let queue = BoundedQueue<Int>(capacity: 2)
    let added = Monitor(0)
    let adder = try #require(
      WorkerThread {
        for number in 0..<100 {
          queue.add(number)
          added.update { $0 = number + 1 }
        }
        queue.close()
      })
    var taken = 0
    while queue.take() != nil {
      taken += 1
      // What is in the queue and what is being added.
      #expect(added.update { $0 } <= taken + 3)
    }
    adder.join()
    #expect(taken == 100)
  }

  /// Whole batches are taken at once or not at all, and what is left at the end.
  @Test func aFullBatchIsTakenWithoutWaiting() {
    let queue = BoundedQueue<Int>(capacity: 8)
    #expect(queue.takeFull(2).isEmpty)
    queue.add(1)
    #expect(queue.takeFull(2).isEmpty)
    for number in 2...4 { queue.add(number) }
    #expect(queue.takeFull(3) == [1, 2, 3])
    #expect(queue.takeFull(3).isEmpty)
    queue.close()
    #expect(queue.takeFull(3) == [4])
    #expect(queue.takeFull(3).isEmpty)
  }

  /// A batch that cannot be filled does not wait for ever.
  @Test func patienceEnds() {
    let queue = BoundedQueue<Int>(capacity: 8)
    queue.add(1)
    let start = ContinuousClock.now
    #expect(queue.take(atMost: 4, patience: .milliseconds(20)) == [1])
    #expect(start.duration(to: .now) >= .milliseconds(19))
  }

  @Test func aSignalWakesWhoWaitsForInput() throws {
    var ends: [Int32] = [-1, -1]
    #expect(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    let stop = StopSignal()
    var byte: UInt8 = 1
    #expect(write(ends[1], &byte, 1) == 1)
    #expect(stop.waitForInput(on: ends[0]))
    #expect(read(ends[0], &byte, 1) == 1)
    let giver = try #require(
      WorkerThread {
        usleep(5000)
        stop.request()
        stop.request()
      })
    #expect(!stop.waitForInput(on: ends[0]))
    #expect(stop.isGiven)
    giver.join()
  }

  /// With a limit, and with nothing to read from.
  @Test func waitingHasAnEnd() {
    let stop = StopSignal()
    let clock = ContinuousClock()
    let start = clock.now
    #expect(stop.waitForInput(on: nil, atMost: .milliseconds(30)))
    #expect(start.duration(to: clock.now) >= .milliseconds(30))
    stop.request()
    #expect(!stop.waitForInput(on: nil, atMost: .seconds(60)))
  }

  /// As many threads as were asked for, where the system has them to give; they are gone afterwards.
  @Test func threadsAreCountedByStartingThem() {
    #expect(WorkerThread.available(upTo: 0) == 0)
    for _ in 0..<20 { #expect(WorkerThread.available(upTo: 12) == 12) }
  }
}
