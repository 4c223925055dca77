extension ElementType {
  /// Converts `destination.count` elements to float32, from packed bytes of any alignment.
  ///
  /// Each loop is a plain one over independent elements, so that the compiler vectorizes it.
  ///
  /// - Returns: false, with nothing written, if the type cannot be converted.
  func widen(_ source: UnsafeRawPointer, into destination: UnsafeMutableBufferPointer<Float>) -> Bool {
    switch self {
    case .float64: fill(destination, source) { (bits: UInt64) in Float(Double(bitPattern: bits)) }
    case .float32: fill(destination, source) { (bits: UInt32) in Float(bitPattern: bits) }
    case .float16: fill(destination, source) { (bits: UInt16) in Float(halfBits: bits) }
    case .bfloat16: fill(destination, source) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
    case .int64: fill(destination, source) { (value: Int64) in Float(value) }
    case .int32: fill(destination, source) { (value: Int32) in Float(value) }
    case .int16: fill(destination, source) { (value: Int16) in Float(value) }
    case .int8: fill(destination, source) { (value: Int8) in Float(value) }
    case .uint64: fill(destination, source) { (value: UInt64) in Float(value) }
    case .uint32: fill(destination, source) { (value: UInt32) in Float(value) }
    case .uint16: fill(destination, source) { (value: UInt16) in Float(value) }
    case .uint8: fill(destination, source) { (value: UInt8) in Float(value) }
    case .bool: fill(destination, source) { (value: UInt8) in value == 0 ? 0 : 1 }
    case .other: return false
    }
    return true
  }

  @inline(__always)
  private func fill<Stored: FixedWidthInteger>(
    _ destination: UnsafeMutableBufferPointer<Float>, _ source: UnsafeRawPointer, _ value: (Stored) -> Float
  ) {
    guard let target = destination.baseAddress else { return }
    for index in 0..<destination.count {
      let offset = index &* MemoryLayout<Stored>.stride
      target[index] = value(Stored(littleEndian: source.loadUnaligned(fromByteOffset: offset, as: Stored.self)))
    }
  }
}

extension Float {
  /// The exact value of IEEE 754 binary16 bits, including subnormals, infinities and NaN with its payload.
  ///
  /// Computed by bit operations only, because the compiler calls a function for each `Float(Float16)` without `-mf16c`.
  @inline(__always)
  package init(halfBits: UInt16) {
    let sign = UInt32(halfBits & 0x8000) << 16
    let magnitude = UInt32(halfBits & 0x7FFF)
    // The exponent's bias changes from 15 to 127; the exponent of infinity and NaN from 31 to 255.
    let shifted = magnitude << 13 &+ (magnitude >= 0x7C00 ? 224 << 23 : 112 << 23)
    let subnormal = (Float(Int32(bitPattern: magnitude)) * 0x1p-24).bitPattern
    self.init(bitPattern: sign | (magnitude < 0x0400 ? subnormal : shifted))
  }
}
