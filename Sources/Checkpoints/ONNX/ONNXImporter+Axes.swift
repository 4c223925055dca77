import Networks
import Tensors

// The order and the number of axes, at the ends of a network.
extension ONNXImporter {
  /// The extents of a value that is not constant, in the order of its axes.
  func extents(of value: Value) throws -> [Int] {
    func extents(_ id: Node.ID, _ axes: [Axis]) -> [Int] {
      let shape = builder.shape(of: id)
      return axes.map { shape.dimensions[Axis.nchw.firstIndex(of: $0) ?? 0] }
    }
    switch value {
    case .activation(let id): return extents(id, Axis.nchw)
    case .view(let view), .shifted(let view): return extents(view.node, view.axes)
    case .picture(let picture): return extents(picture.node, picture.axes)
    case .convolution(let pending):
      return try Operation.convolution(pending.convolution).outputShape(of: [builder.shape(of: pending.input)])
        .dimensions
    case .statistic: return [1]
    case .weight, .constant: throw FormatError.unsupported("it takes the shape of a constant")
    }
  }

  /// ONNX `Transpose` of an activation or of the picture.
  mutating func transpose(_ node: ProtoOperator) throws -> Value {
    let name = try node.requiredInput(0)
    if case .constant(let tensor)? = try? value(name), tensor.shape.count <= 1 { return .constant(tensor) }
    let (axes, _) = try arrangement(of: name)
    let order = node.integers("perm") ?? Array(axes.indices.reversed())
    guard order.sorted() == Array(axes.indices) else { throw FormatError.damaged("its order of axes is \(order)") }
    return try value(name, rearrangedTo: order.map { axes[$0] })
  }

  /// ONNX `Gather`, `Slice`, `Unsqueeze`, `Squeeze` and `Reshape` of an activation or of the picture, of which only
  /// axes of one element may be added or removed; nil for a constant.
  mutating func rearranged(_ node: ProtoOperator) throws -> Value? {
    let name = try node.requiredInput(0)
    let input = try value(name)
    guard !isConstant(input) else { return nil }
    if case .statistic = input { return input }
    let (axes, extents) = try arrangement(of: name)
    return try value(name, rearrangedTo: rearranged(axes, extents, node))
  }

  /// The axes after a node that adds or removes axes of one element.
  private func rearranged(_ axes: [Axis], _ extents: [Int], _ node: ProtoOperator) throws -> [Axis] {
    func place(_ axis: Int, in rank: Int) throws -> Int {
      let place = axis < 0 ? axis + rank : axis
      guard 0..<rank ~= place else { throw FormatError.damaged("it has no axis \(axis)") }
      return place
    }
    switch node.opType {
    case "Squeeze":
      let places = try integers(node, 1, "axes").map { try Set($0.map { try place($0, in: axes.count) }) }
      return try axes.indices.filter { index in
        let isRemoved = places?.contains(index) ?? (extents[index] == 1)
        try Self.checkUnit(isRemoved ? axes[index] : .batch, extents[index])
        return !isRemoved
      }.map { axes[$0] }
    case "Unsqueeze":
      let wanted = try integers(node, 1, "axes") ?? []
      let rank = axes.count + wanted.count
      let places = try Set(wanted.map { try place($0, in: rank) })
      return try Self.adding(places, to: axes, rank: rank)
    case "Gather":
      let axis = try place(node.integer("axis", default: 0), in: axes.count)
      let index = try constant(node.requiredInput(1))
      guard index.count == 1, index.floats == [0] || index.floats == [-1], index.shape.isEmpty else {
        throw FormatError.unsupported("it picks or reorders elements along axis \(axis) of an activation")
      }
      try Self.checkUnit(axes[axis], extents[axis])
      return axes.indices.filter { $0 != axis }.map { axes[$0] }
    case "Slice":
      let (starts, ends) = (try integers(node, 1, "starts") ?? [], try integers(node, 2, "ends") ?? [])
      let along = try integers(node, 3, "axes") ?? Array(starts.indices)
      let steps = try integers(node, 4, "steps") ?? starts.map { _ in 1 }
      guard starts.count == ends.count, along.count == starts.count, steps.count == starts.count,
        try along.indices.allSatisfy({ index in
          let extent = extents[try place(along[index], in: axes.count)]
          let isFromStart = starts[index] == 0 || starts[index] <= -extent
          return steps[index] == 1 && isFromStart && (ends[index] >= extent)
        })
      else { throw FormatError.unsupported("it cuts or reverses an activation, which is not supported") }
      return axes
    default: return try reshaped(axes, extents, node)
    }
  }

  /// The axes of a value that is not constant, and their extents.
  private mutating func arrangement(of name: String) throws -> ([Axis], [Int]) {
    let known = try value(name)
    switch known {
    case .picture(let picture): return (picture.axes, try extents(of: known))
    case .view(let view): return (view.axes, try extents(of: known))
    case .activation, .convolution: return (Axis.nchw, try extents(of: .activation(activation(name))))
    case .statistic, .shifted, .weight, .constant:
      throw FormatError.unsupported("it rearranges a constant or a part of a stretching, which is not supported")
    }
  }

  /// The same value with its axes in another order.
  private func value(_ name: String, rearrangedTo axes: [Axis]) throws -> Value {
    switch try value(name) {
    case .picture(var picture):
      picture.axes = axes
      return .picture(picture)
    case .view(var view):
      view.axes = axes
      return .view(view)
    case .activation(let id): return .view(View(node: id, axes: axes))
    case let other: return other
    }
  }

  /// Only axes of one element can be removed. A batch of several pictures is treated as one.
  private static func checkUnit(_ axis: Axis, _ extent: Int) throws {
    guard axis == .batch || extent == 1 else {
      throw FormatError.unsupported("it removes an axis of \(extent) elements")
    }
  }

  /// The axes with further ones, of one element each, at these places.
  private static func adding(_ places: Set<Int>, to axes: [Axis], rank: Int) throws -> [Axis] {
    var missing = Axis.nchw.filter { !axes.contains($0) }
    guard places.count == rank - axes.count, missing.count >= places.count else {
      throw FormatError.unsupported("it makes an activation of \(rank) axes")
    }
    // Of one new axis, the channels come first: 1 × H × W.
    if places.count == 1, missing.count > 1, missing.first == .batch { missing.removeFirst() }
    var (known, new) = (axes.makeIterator(), missing.makeIterator())
    return (0..<rank).compactMap { places.contains($0) ? new.next() : known.next() }
  }

  /// The axes after a `Reshape` that only adds or removes axes of one element.
  private func reshaped(_ axes: [Axis], _ extents: [Int], _ node: ProtoOperator) throws -> [Axis] {
    var size = try constant(node.requiredInput(1)).integers("its shape").enumerated().map {
      $0.element == 0 && extents.indices.contains($0.offset) ? extents[$0.offset] : $0.element
    }
    if let open = size.firstIndex(of: -1) {
      size[open] = 1
      let rest = checkedElementCount(size) ?? 0
      let count = checkedElementCount(extents) ?? 0
      guard rest > 0, count % rest == 0 else { throw FormatError.damaged("it reshapes \(extents) to \(size)") }
      size[open] = count / rest
    }
    let long = axes.indices.filter { extents[$0] != 1 }.map { axes[$0] }
    guard size.filter({ $0 != 1 }) == extents.filter({ $0 != 1 }) else {
      throw FormatError.unsupported("it reshapes an activation of \(extents) to \(size)")
    }
    var units = Axis.nchw.filter { !long.contains($0) }
    let wanted = size.filter { $0 == 1 }.count
    guard wanted <= units.count else { throw FormatError.unsupported("it makes an activation of \(size.count) axes") }
    // The first axes are dropped: the batch, then the channels.
    units.removeFirst(units.count - wanted)
    var (known, new) = (long.makeIterator(), units.makeIterator())
    return size.compactMap { $0 == 1 ? new.next() : known.next() }
  }
}
