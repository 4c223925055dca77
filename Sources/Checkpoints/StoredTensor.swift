public import Tensors

/// A tensor of a file: where its elements are and how they are written.
public struct StoredTensor: Hashable, Sendable {
  /// The type of each element.
  public let elementType: ElementType
  /// The extents.
  public let shape: Shape
  /// The positions in the file of the bytes from the first element to the last; nil if the elements had to be decoded
  /// when the file was opened, such as ONNX's variable-length integers.
  public let location: Range<Int>?
  /// The distance between neighbours along each axis, in elements; nil if the tensor is packed row-major.
  let strides: [Int]?
  /// The elements if `location` is nil.
  let decoded: [Float]
  /// The file that `location` is in: 0 for the file itself, and else one more than an index into
  /// `Checkpoint.externalFiles`.
  private(set) var source = 0
  /// What turns stored integers to weights, in this order; empty for most tensors.
  private(set) var rescalings: [Rescaling] = []

  /// A tensor packed row-major.
  init(elementType: ElementType, shape: Shape, location: Range<Int>) {
    self.init(elementType: elementType, shape: shape, location: location, strides: nil)
  }

  /// A strided view of a storage. Strides that are those of a packed tensor are dropped.
  init(elementType: ElementType, shape: Shape, location: Range<Int>, strides: [Int]?) {
    self.elementType = elementType
    self.shape = shape
    self.location = location
    self.strides = strides.flatMap { $0 == Self.packedStrides(shape) ? nil : $0 }
    decoded = []
  }

  /// A tensor whose elements had to be decoded.
  init(elementType: ElementType, shape: Shape, decoded: [Float]) {
    precondition(decoded.count == shape.elementCount)
    self.elementType = elementType
    self.shape = shape
    self.decoded = decoded
    location = nil
    strides = nil
  }

  /// The same tensor in another file.
  func located(inFile source: Int) -> StoredTensor {
    var tensor = self
    tensor.source = source
    return tensor
  }

  /// The same tensor with its values rescaled once more.
  func rescaled(_ rescaling: Rescaling) -> StoredTensor {
    var tensor = self
    tensor.rescalings.append(rescaling)
    return tensor
  }

  /// Whether the values are those of a weight: floating-point numbers, or integers with a scale.
  var isWeight: Bool { elementType.isFloatingPoint || !rescalings.isEmpty }

  private static func packedStrides(_ shape: Shape) -> [Int] {
    var step = 1
    return shape.dimensions.reversed().map { extent in
      defer { step *= max(extent, 1) }
      return step
    }.reversed()
  }
}

extension StoredTensor {
  /// The elements, converted to float32; nil if their type cannot be converted.
  func widened(from bytes: UnsafeRawBufferPointer) -> Tensor? {
    guard var tensor = packed(from: bytes) else { return nil }
    for rescaling in rescalings { rescaling.apply(to: &tensor) }
    return tensor
  }

  private func packed(from bytes: UnsafeRawBufferPointer) -> Tensor? {
    guard let location else { return Tensor(shape: shape, values: decoded) }
    guard let size = elementType.byteCount else { return nil }
    guard shape.elementCount > 0, let base = bytes.baseAddress else { return Tensor(shape: shape, values: []) }
    return Tensor(shape: shape) { values in
      if let strides {
        let packed = gathered(from: base + location.lowerBound, strides: strides, size: size)
        packed.withUnsafeBytes { if let start = $0.baseAddress { _ = elementType.widen(start, into: values) } }
      } else {
        _ = elementType.widen(base + location.lowerBound, into: values)
      }
    }
  }

  /// The elements of a strided view, packed row-major.
  private func gathered(from base: UnsafeRawPointer, strides: [Int], size: Int) -> [UInt8] {
    let count = shape.elementCount
    return [UInt8](unsafeUninitializedCapacity: count * size) { buffer, initialized in
      var index = [Int](repeating: 0, count: shape.rank)
      var source = 0
      guard let target = UnsafeMutableRawPointer(buffer.baseAddress) else { return }
      for element in 0..<count {
        (target + element * size).copyMemory(from: base + source * size, byteCount: size)
        for axis in index.indices.reversed() {
          index[axis] += 1
          source += strides[axis]
          guard index[axis] == shape.dimensions[axis] else { break }
          source -= strides[axis] * index[axis]
          index[axis] = 0
        }
      }
      initialized = count * size
    }
  }
}

/// The product of the extents that a file states; nil if an extent is negative, the rank is above 32, or the product
/// does not fit an `Int`.
///
/// An empty tensor's other extents must be possible as well, because callers multiply them.
func checkedElementCount(_ dimensions: [Int]) -> Int? {
  guard dimensions.count <= 32, dimensions.allSatisfy({ 0...Int(Int32.max) ~= $0 }) else { return nil }
  var count = 1
  for extent in dimensions where extent > 0 {
    let (product, overflow) = count.multipliedReportingOverflow(by: extent)
    guard !overflow else { return nil }
    count = product
  }
  return dimensions.contains(0) ? 0 : count
}
