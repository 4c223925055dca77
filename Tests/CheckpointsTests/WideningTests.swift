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

  /// Widening keeps to the speed of memory: it takes no more than a few times as long as copying the result does,
  /// measured in turn so that whatever else runs slows both. A function called for each element takes ten times that.
  @Test func wideningIsFast() throws {
    let count = 8_000_000
    let header = #"{"x":{"dtype":"F16","shape":[\#(count)],"data_offsets":[0,\#(2 * count)]}}"#
    var bytes = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8)
    bytes.append(contentsOf: repeatElement(0x2B, count: 2 * count))
    guard case .checkpoint(let checkpoint) = try CheckpointFile.open(bytes: bytes, name: "big") else { return }
    let clock = ContinuousClock()
    var (widening, copying): ([Duration], [Duration]) = ([], [])
    for _ in 0..<7 {
      var tensor: Tensor?
      widening.append(try clock.measure { tensor = try checkpoint.tensor(named: "x") })
      let source = try #require(tensor).values
      #expect(source.last == Float(Float16(bitPattern: 0x2B2B)))
      var copy: [Float] = []
      copying.append(
        clock.measure {
          copy = [Float](unsafeUninitializedCapacity: count) { target, initialized in
            initialized = target.initialize(fromContentsOf: source)
          }
        })
      #expect(copy.last == source.last)
    }
    let (own, copied) = (widening.min() ?? .zero, copying.min() ?? .zero)
    print("widening 8 M halves took \(own), copying as many floats \(copied)")
    #expect(own < copied * 8, "widening took \(own), copying \(copied)")
  }
}
