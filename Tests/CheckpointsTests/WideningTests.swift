import Checkpoints
import Tensors
import TestSupport
import Testing

@Suite struct WideningTests {
  @Test func everyHalfIsWidenedExactly() {
    for bits in UInt16.min...UInt16.max {
      let expected = Float(Float16(bitPattern: bits))
      let actual = Float(halfBits: bits)
      let agree =
        expected.isNaN ? actual.isNaN && actual.sign == expected.sign : actual.bitPattern == expected.bitPattern
      guard agree else {
        Issue.record("half 0x\(String(bits, radix: 16)) became \(actual), expected \(expected)")
        return
      }
    }
  }

  /// 44 M half-precision weights, U²-Net's number, are widened in well under a second.
  @Test func wideningIsFast() throws {
    let count = 44_000_000
    let header = #"{"x":{"dtype":"F16","shape":[\#(count)],"data_offsets":[0,\#(2 * count)]}}"#
    var bytes = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8)
    bytes.append(contentsOf: repeatElement(0x2B, count: 2 * count))
    guard case .checkpoint(let checkpoint) = try CheckpointFile.open(bytes: bytes, name: "big") else { return }
    var tensor: Tensor?
    let clock = ContinuousClock()
    let time = try clock.measure { tensor = try checkpoint.tensor(named: "x") }
    print("widening 44 M halves took \(time)")
    #expect(tensor?.values.last == Float(Float16(bitPattern: 0x2B2B)))
    // The bound is loose: other tests run beside this one.
    #expect(time < .seconds(1), "took \(time)")
  }
}
