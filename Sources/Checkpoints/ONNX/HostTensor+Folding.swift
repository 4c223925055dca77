extension HostTensor {
  /// ONNX `Gather`: the slices of `axis` at `indices`.
  func gathered(_ indices: HostTensor, axis: Int) throws -> HostTensor {
    let axis = axis < 0 ? axis + shape.count : axis
    guard shape.indices.contains(axis) else {
      throw FormatError.damaged("it gathers along axis \(axis), which shape \(shape) does not have")
    }
    let extent = shape[axis]
    let outer = shape[..<axis].reduce(1, *)
    let inner = shape[(axis + 1)...].reduce(1, *)
    let picks = try indices.integers("its index").map { index in
      let index = index < 0 ? index + extent : index
      guard 0..<extent ~= index else {
        throw FormatError.damaged("it gathers element \(index) of \(extent)")
      }
      return index
    }
    let size = Array(shape[..<axis]) + indices.shape + Array(shape[(axis + 1)...])
    try Self.checkSize(size)
    let positions = (0..<outer).flatMap { block in
      picks.flatMap { pick in (0..<inner).map { (block * extent + pick) * inner + $0 } }
    }
    return try HostTensor(shape: size, values: picking(positions))
  }

  /// ONNX `Slice` of a vector.
  func sliced(start: Int, end: Int, step: Int) throws -> HostTensor {
    guard shape.count == 1 else { throw FormatError.unsupported("it slices a constant of shape \(shape)") }
    guard step != 0, step != .min else { throw FormatError.damaged("it slices with a step of \(step)") }
    func clamped(_ index: Int, _ bounds: ClosedRange<Int>) -> Int {
      min(max(index < 0 ? index + count : index, bounds.lowerBound), bounds.upperBound)
    }
    let positions =
      step > 0
      ? Array(stride(from: clamped(start, 0...count), to: clamped(end, 0...count), by: step))
      : Array(stride(from: clamped(start, -1...count - 1), to: clamped(end, -1...count - 1), by: step))
    return try HostTensor(shape: [positions.count], values: picking(positions))
  }

  /// ONNX `Concat` of vectors.
  static func concatenated(_ parts: [HostTensor]) throws -> HostTensor {
    guard parts.allSatisfy({ $0.shape.count == 1 }) else {
      throw FormatError.unsupported("it joins constants of shapes \(parts.map(\.shape))")
    }
    let count = parts.reduce(0) { $0 + $1.count }
    try checkSize([count])
    if parts.contains(where: { if case .floats = $0.values { true } else { false } }) {
      return try HostTensor(shape: [count], values: .floats(parts.flatMap(\.floats)))
    }
    return try HostTensor(shape: [count], values: .integers(parts.flatMap { try $0.integers("its part") }))
  }

  /// ONNX `Unsqueeze`: a new axis of extent 1 at each of `axes` of the result.
  func unsqueezed(_ axes: [Int]) throws -> HostTensor {
    let rank = shape.count + axes.count
    let places = Set(axes.map { $0 < 0 ? $0 + rank : $0 })
    guard rank <= 8, places.count == axes.count, places.allSatisfy({ 0..<rank ~= $0 }) else {
      throw FormatError.damaged("it adds axes \(axes) to shape \(shape)")
    }
    var extents = shape.makeIterator()
    return try HostTensor(shape: (0..<rank).map { places.contains($0) ? 1 : extents.next() ?? 1 }, values: values)
  }

  /// ONNX `Squeeze`: without `axes`, or without every axis of extent 1 if `axes` is nil.
  func squeezed(_ axes: [Int]?) throws -> HostTensor {
    let places = axes.map { Set($0.map { $0 < 0 ? $0 + shape.count : $0 }) }
    let left = shape.indices.filter { axis in
      if let places { !places.contains(axis) } else { shape[axis] != 1 }
    }
    return try HostTensor(shape: left.map { shape[$0] }, values: values)
  }

  /// ONNX `Cast` to integers, toward zero, or to floating point.
  func cast(toIntegers: Bool) throws -> HostTensor {
    guard toIntegers else { return try HostTensor(shape: shape, values: .floats(floats)) }
    guard case .floats(let numbers) = values else { return self }
    return try HostTensor(shape: shape, values: .integers(numbers.map(Self.integer)))
  }

  /// ONNX `Floor` or `Ceil`.
  func rounded(_ rule: FloatingPointRoundingRule) throws -> HostTensor {
    guard case .floats(let numbers) = values else { return self }
    return try HostTensor(shape: shape, values: .floats(numbers.map { $0.rounded(rule) }))
  }

  /// ONNX `Reshape`: an extent of 0 keeps the old one, and one of −1 takes what is left.
  func reshaped(_ request: [Int]) throws -> HostTensor {
    var size = request.enumerated().map {
      $0.element == 0 && shape.indices.contains($0.offset) ? shape[$0.offset] : $0.element
    }
    if let open = size.firstIndex(of: -1) {
      size[open] = 1
      let rest = checkedElementCount(size) ?? 0
      guard rest > 0, count % rest == 0 else { throw FormatError.damaged("it reshapes \(shape) to \(request)") }
      size[open] = count / rest
    }
    return try HostTensor(shape: size, values: values)
  }

  /// The operations by which sizes are computed, by their names in ONNX.
  enum Arithmetic: String {
    case add = "Add"
    case subtract = "Sub"
    case multiply = "Mul"
    case divide = "Div"
  }

  /// Elementwise arithmetic of two tensors of one shape, or with a single element on one side.
  static func combined(_ operation: Arithmetic, _ left: HostTensor, _ right: HostTensor) throws -> HostTensor {
    guard left.shape == right.shape || left.count == 1 || right.count == 1 else {
      throw FormatError.unsupported("it combines constants of shapes \(left.shape) and \(right.shape)")
    }
    let shape = left.count == 1 && (right.count != 1 || right.shape.count > left.shape.count) ? right.shape : left.shape
    let count = max(left.count, right.count) * (left.count == 0 || right.count == 0 ? 0 : 1)
    func at<T>(_ values: [T], _ index: Int) -> T { values[values.count == 1 ? 0 : index] }
    if case .integers(let a) = left.values, case .integers(let b) = right.values {
      return try HostTensor(
        shape: shape, values: .integers((0..<count).map { try integer(operation, at(a, $0), at(b, $0)) }))
    }
    let (a, b) = (left.floats, right.floats)
    return try HostTensor(shape: shape, values: .floats((0..<count).map { float(operation, at(a, $0), at(b, $0)) }))
  }

  private static func integer(_ operation: Arithmetic, _ a: Int, _ b: Int) throws -> Int {
    let (value, overflow) =
      switch operation {
      case .add: a.addingReportingOverflow(b)
      case .subtract: a.subtractingReportingOverflow(b)
      case .multiply: a.multipliedReportingOverflow(by: b)
      case .divide: a.dividedReportingOverflow(by: b)
      }
    guard !overflow else {
      throw FormatError.damaged("it computes \(a) \(operation.rawValue) \(b), which is no integer")
    }
    return value
  }

  private static func float(_ operation: Arithmetic, _ a: Double, _ b: Double) -> Double {
    switch operation {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    }
  }

  private static func integer(_ number: Double) throws -> Int {
    guard let value = Int(exactly: number.rounded(.towardZero)) else {
      throw FormatError.damaged("it casts \(number) to an integer")
    }
    return value
  }

  private static func checkSize(_ shape: [Int]) throws {
    guard let count = checkedElementCount(shape), count <= largestCount else {
      throw FormatError.unsupported("it computes a constant of shape \(shape), which is too large")
    }
  }

  private func picking(_ positions: [Int]) -> Values {
    switch values {
    case .integers(let values): .integers(positions.map { values[$0] })
    case .floats(let values): .floats(positions.map { values[$0] })
    }
  }
}
