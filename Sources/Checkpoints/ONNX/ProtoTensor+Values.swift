import FoundationEssentials
import Tensors

extension ProtoTensor {
  /// The element type of the tensor's ONNX code; nil if that type is not supported (strings, complex numbers, four
  /// bits).
  var elementType: ElementType? {
    switch dataType {
    case 1: .float32
    case 2: .uint8
    case 3: .int8
    case 4: .uint16
    case 5: .int16
    case 6: .int32
    case 7: .int64
    case 9: .bool
    case 10: .float16
    case 11: .float64
    case 12: .uint32
    case 13: .uint64
    case 16: .bfloat16
    default: nil
    }
  }

  /// Whether the elements are in another file.
  var isExternal: Bool { dataLocation != 0 || !externalData.isEmpty }

  /// The checked extents and their product.
  ///
  /// - Throws: `FormatError` if they are not possible, or if the elements are in another file.
  func extents() throws -> (dimensions: [Int], count: Int) {
    guard !isExternal else {
      let file = externalData.first { $0.key == "location" }?.value ?? "another file"
      throw FormatError.unsupported("its elements are in '\(file)'; export the model with its weights inside")
    }
    return try shape()
  }

  /// The checked extents and their product, wherever the elements are.
  ///
  /// - Throws: `FormatError` if they are not possible.
  func shape() throws -> (dimensions: [Int], count: Int) {
    let dimensions = dims.map { Int(clamping: $0) }
    guard let count = checkedElementCount(dimensions) else {
      throw FormatError.damaged("its shape \(dimensions) is not possible")
    }
    return (dimensions, count)
  }

  /// The elements in this message, converted to float32.
  ///
  /// - Throws: `FormatError` if their number is not the shape's.
  func floats() throws -> [Float] {
    let (dimensions, count) = try extents()
    guard let type = elementType, let size = type.byteCount else {
      throw FormatError.unsupported("its type \(dataType) is not a numeric one")
    }
    let values: [Float]
    if !rawData.isEmpty {
      guard rawData.count / size == count, rawData.count % size == 0 else {
        throw FormatError.damaged("\(dimensions) of \(type) does not fill its \(rawData.count) bytes")
      }
      values = rawData.withUnsafeBytes { raw in
        Tensor(shape: [count]) { target in
          if let base = raw.baseAddress { _ = type.widen(base, into: target) }
        }.values
      }
    } else {
      values = typedValues(type)
    }
    guard values.count == count else {
      throw FormatError.damaged("\(dimensions) of \(type) has \(values.count) elements")
    }
    return values
  }

  private func typedValues(_ type: ElementType) -> [Float] {
    switch type {
    case .float32: floatData
    case .float64: doubleData.map { Float($0) }
    case .float16: int32Data.map { Float(halfBits: UInt16(truncatingIfNeeded: $0)) }
    case .bfloat16: int32Data.map { Float(bitPattern: UInt32(truncatingIfNeeded: $0) << 16) }
    case .int64: int64Data.map { Float($0) }
    case .uint32, .uint64: uint64Data.map { Float($0) }
    default: int32Data.map { Float($0) }
    }
  }

  /// The values of a small tensor; integers are exact.
  ///
  /// - Throws: `FormatError` if the tensor is large or malformed.
  func hostTensor() throws -> HostTensor {
    let (dimensions, count) = try extents()
    guard count <= HostTensor.largestCount else {
      throw FormatError.unsupported("a constant of shape \(dimensions) is too large for a computation of sizes")
    }
    switch elementType {
    case .int64?:
      let values = rawData.isEmpty ? int64Data.map(Int.init) : rawIntegers(Int64.self)
      return try HostTensor(shape: dimensions, values: .integers(values))
    case .int32?:
      let values = rawData.isEmpty ? int32Data.map(Int.init) : rawIntegers(Int32.self)
      return try HostTensor(shape: dimensions, values: .integers(values))
    case .bool?, .uint8?, .int8?, .uint16?, .int16?, .uint32?:
      return try HostTensor(shape: dimensions, values: .integers(floats().map { Int($0) }))
    case .float64? where !rawData.isEmpty:
      let values = rawIntegers(Int64.self).map { Double(bitPattern: UInt64(bitPattern: Int64($0))) }
      return try HostTensor(shape: dimensions, values: .floats(values))
    default:
      return try HostTensor(shape: dimensions, values: .floats(floats().map(Double.init)))
    }
  }

  private func rawIntegers<Stored: FixedWidthInteger>(_ type: Stored.Type) -> [Int] {
    rawData.withUnsafeBytes { raw in
      stride(from: 0, through: raw.count - MemoryLayout<Stored>.size, by: MemoryLayout<Stored>.size).map {
        Int(Stored(littleEndian: raw.loadUnaligned(fromByteOffset: $0, as: Stored.self)))
      }
    }
  }
}
