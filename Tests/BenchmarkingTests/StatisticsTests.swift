import Benchmarking
import Testing

@Suite struct StatisticsTests {
  @Test func oneSampleIsEverything() {
    let statistics = Statistics([3])
    #expect([statistics.min, statistics.median, statistics.p90, statistics.max, statistics.mean] == [3, 3, 3, 3, 3])
    #expect([statistics.p95, statistics.p99, statistics.standardDeviation] == [3, 3, 0])
  }

  @Test func percentilesLieBetweenSamples() {
    let statistics = Statistics([4, 1, 3, 2])
    #expect(statistics.min == 1 && statistics.max == 4 && statistics.mean == 2.5 && statistics.median == 2.5)
    #expect(abs(statistics.p90 - 3.7) < 1e-12)
    let eleven = Statistics((0...10).map(Double.init).shuffled())
    #expect(eleven.median == 5 && eleven.p90 == 9 && eleven.mean == 5)
    #expect(eleven.p95 == 9.5 && abs(eleven.p99 - 9.9) < 1e-12)
    #expect(abs(eleven.standardDeviation - 11.0.squareRoot()) < 1e-12)
  }
}
