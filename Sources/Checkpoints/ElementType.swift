/// The type of a stored tensor's elements, which are always little-endian.
public enum ElementType: Hashable, Sendable {
  /// IEEE 754 binary floating point; bfloat16 is the upper half of a float32.
  case float64, float32, float16, bfloat16
  /// Two's complement integers.
  case int64, int32, int16, int8
  /// Unsigned integers.
  case uint64, uint32, uint16, uint8
  /// One byte, 0 or 1.
  case bool
  /// A type that is only known by name and cannot be converted to float32, such as `F8_E4M3`.
  case other(String)

  /// The bytes of one element; nil if not known.
  public var byteCount: Int? {
    switch self {
    case .float64, .int64, .uint64: 8
    case .float32, .int32, .uint32: 4
    case .float16, .bfloat16, .int16, .uint16: 2
    case .int8, .uint8, .bool: 1
    case .other: nil
    }
  }

  /// Whether the type is a floating-point type that can be converted to float32.
  public var isFloatingPoint: Bool {
    switch self {
    case .float64, .float32, .float16, .bfloat16: true
    default: false
    }
  }
}

extension ElementType: CustomStringConvertible {
  /// The name that safetensors uses: `F32`, `BF16`, `I64`, ….
  public var description: String {
    switch self {
    case .float64: "F64"
    case .float32: "F32"
    case .float16: "F16"
    case .bfloat16: "BF16"
    case .int64: "I64"
    case .int32: "I32"
    case .int16: "I16"
    case .int8: "I8"
    case .uint64: "U64"
    case .uint32: "U32"
    case .uint16: "U16"
    case .uint8: "U8"
    case .bool: "BOOL"
    case .other(let name): name
    }
  }

  /// The type of a name that safetensors uses.
  init(safetensorsName name: String) {
    let known: [ElementType] = [
      .float64, .float32, .float16, .bfloat16, .int64, .int32, .int16, .int8, .uint64, .uint32, .uint16, .uint8, .bool,
    ]
    self = known.first { $0.description == name } ?? .other(name)
  }
}
