import Tensors
import Testing

@Suite struct PrecisionTests {
  @Test(
    arguments: [
      (1, 0x3F80), (-0.0, 0x8000), (0x1.01p0, 0x3F80), (0x1.03p0, 0x3F82), (0x1.010002p0, 0x3F81),
      (Float.greatestFiniteMagnitude, 0x7F80), (-Float.infinity, 0xFF80), (Float.leastNonzeroMagnitude, 0x0000),
      (0x1p-133, 0x0001), (0x1.8p-133, 0x0002),
    ] as [(Float, UInt16)])
  func bfloat16RoundsToNearestEven(value: Float, bits: UInt16) {
    #expect(value.bfloat16BitPattern == bits && Precision.bfloat16.bits(of: value) == bits)
  }

  /// A NaN whose payload lies in the lower half must not become infinity.
  @Test func bfloat16KeepsNaN() {
    for bits: UInt32 in [0x7F80_0001, 0xFFFF_FFFF, 0x7FC0_0000] {
      #expect(Precision.bfloat16.rounded(Float(bitPattern: bits)).isNaN)
    }
  }

  @Test func everyBfloat16IsItself() {
    for bits in UInt16.min...UInt16.max {
      let value = Float(bfloat16BitPattern: bits)
      #expect(value.isNaN || value.bfloat16BitPattern == bits)
    }
  }

  @Test func halvesRoundAndOverflow() {
    #expect(Precision.float16.rounded(0x1.002p0) == 1 && Precision.float16.rounded(70000) == .infinity)
    #expect(Precision.float16.bits(of: 1) == 0x3C00 && Precision.float32.rounded(0.1) == 0.1)
    #expect(Precision.allCases.map(\.byteCount) == [4, 2, 2])
  }
}
