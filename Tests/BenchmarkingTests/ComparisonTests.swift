import Benchmarking
import Pictures
import TestSupport
import Testing
import U2Net

@Suite struct ComparisonTests {
  private let devices = [DeviceRequest.auto, .reference]
  private let demo = SharedFiles.packageRoot + "/Examples/demo.jpg"

  @Test func comparisonsCount() throws {
    let detectors = try devices.map { try SaliencyDetector(device: $0, precision: .fp32, size: 64) }
    let comparison = try Comparison(
      Picture(contentsOf: demo), detectors[0], asked: .auto, detectors[1], askedAgainst: .reference)
    #expect(comparison.agrees && comparison.rows.map(\.map) == (0...6).map { "d\($0)" })
    #expect(comparison.rows.allSatisfy { $0.max <= 1e-4 && $0.mean <= $0.max })
    let other = try SaliencyDetector(device: .reference, size: 64, resampling: .lanczos)
    let different = try Comparison(
      Picture(contentsOf: demo), detectors[1], asked: .reference, other, askedAgainst: .reference)
    #expect(!different.agrees && different.rows.allSatisfy { $0.mean > 0 })
  }
}
