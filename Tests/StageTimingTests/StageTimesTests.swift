import LibC
import StageTiming
import Tensors
import Testing

@Suite("Stage times")
struct StageTimesTests {
  /// Uses the processor for about so many milliseconds of this thread's time.
  private func work(_ milliseconds: Int) {
    let clock = ThreadClock()
    let end = clock.now + milliseconds * 1_000_000
    while clock.now < end {}
  }

  private func seconds(_ stage: Stage, _ times: StageTimes) -> Double {
    times.report.stages.first { $0.stage == stage }?.cpuSeconds ?? 0
  }

  @Test("A stage has the time of the thread that calls it, its pictures and its bytes")
  func oneThread() {
    let times = StageTimes()
    for _ in 0..<3 {
      let seven = times.measure(.decode, bytes: { $0 }) {
        work(20)
        return 7
      }
      #expect(seven == 7)
    }
    let row = times.report.stages[0]
    #expect(times.report.stages.count == 1)
    #expect((row.stage, row.pictures, row.bytes) == (.decode, 3, 21))
    #expect((0.06..<0.066).contains(row.cpuSeconds), "\(row.cpuSeconds) s")
  }

  @Test("A stage has the time of all threads of inParallel, nested calls included")
  func helpers() {
    let times = StageTimes()
    times.measure(.refine) {
      inParallel(8) { _ in
        work(5)
        inParallel(4) { _ in work(5) }
      }
    }
    let time = seconds(.refine, times)
    #expect((0.2..<0.23).contains(time), "\(time) s of 0.2")
  }

  @Test("Work outside of stages belongs to no stage")
  func outside() {
    let times = StageTimes()
    times.measure(.encode) {}
    inParallel(4) { _ in work(5) }
    #expect(seconds(.encode, times) < 0.001)
  }

  @Test("A stage that fails has its time, but no picture")
  func failure() {
    struct Problem: Error {}
    let times = StageTimes()
    #expect(throws: Problem.self) {
      try times.measure(.read) { () throws(Problem) in
        work(10)
        throw Problem()
      }
    }
    let row = times.report.stages[0]
    #expect(row.pictures == 0 && row.cpuSeconds >= 0.01)
  }

  @Test("Nothing is measured by default")
  func off() {
    #expect(StageTimes.ofProcess == nil)
    #expect(Stage.blend.measure { 3 } == 3)
  }
}
