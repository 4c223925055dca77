/// The format in which a device stores activations or weights. Kernels compute in float32 whatever they store.
public enum Precision: String, Hashable, Sendable, CaseIterable, Codable {
  /// IEEE 754 single precision.
  case float32 = "fp32"
  /// IEEE 754 half precision: 11 significant bits, values up to 65504.
  case float16 = "fp16"
  /// The upper half of a float32: 8 significant bits and the range of float32.
  case bfloat16 = "bf16"

  /// The size of an element, in bytes.
  package var byteCount: Int {
    switch self {
    case .float32: 4
    case .float16, .bfloat16: 2
    }
  }

  /// A value as it is read back after it was stored: rounded to nearest, ties to even. NaN stays NaN.
  package func rounded(_ value: Float) -> Float {
    switch self {
    case .float32: value
    case .float16: Float(Float16(value))
    case .bfloat16: Float(bfloat16BitPattern: value.bfloat16BitPattern)
    }
  }

  /// The 16 bits of a value in a 16-bit format.
  ///
  /// - Precondition: the precision is not float32.
  package func bits(of value: Float) -> UInt16 {
    switch self {
    case .float32: preconditionFailure("a float32 value has 32 bits")
    case .float16: Float16(value).bitPattern
    case .bfloat16: value.bfloat16BitPattern
    }
  }
}

extension Float {
  /// The bits of the nearest bfloat16; of two equally near, the even one. NaN becomes a quiet NaN.
  package var bfloat16BitPattern: UInt16 {
    guard !isNaN else { return UInt16(bitPattern >> 16) | 0x40 }
    // Infinity has no fraction to round, and no finite value overflows 32 bits.
    return UInt16((bitPattern + 0x7FFF + (bitPattern >> 16 & 1)) >> 16)
  }

  /// The value of a bfloat16.
  package init(bfloat16BitPattern bits: UInt16) { self.init(bitPattern: UInt32(bits) << 16) }
}
