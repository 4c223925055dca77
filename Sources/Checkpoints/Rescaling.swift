import Tensors

/// (value − zero point) · scale + offset, by the index along an axis: what turns stored integers to weights.
struct Rescaling: Hashable, Sendable {
  /// The axis along which the numbers differ.
  let axis: Int
  /// The numbers of values that are subtracted, multiplied and added: one for all, or one for each index.
  let zeroPoints: [Float]
  let scales: [Float]
  let offsets: [Float]

  /// Checks the numbers against the shape of the tensor.
  ///
  /// - Throws: `FormatError` if a list has neither one element nor as many as the axis.
  init(
    axis: Int = 0, zeroPoints: [Float] = [0], scales: [Float] = [1], offsets: [Float] = [0], of shape: Shape
  ) throws {
    let rank = shape.rank
    let place = axis < 0 ? axis + rank : axis
    let needsAxis = [zeroPoints, scales, offsets].contains { $0.count != 1 }
    guard !needsAxis || (0..<rank).contains(place) else {
      throw FormatError.damaged("it quantizes along axis \(axis) of \(shape)")
    }
    let extent = needsAxis ? shape.dimensions[place] : 1
    for (what, list) in [("zero points", zeroPoints), ("scales", scales), ("offsets", offsets)] {
      guard list.count == 1 || list.count == extent else {
        throw FormatError.damaged("it has \(list.count) \(what) for the \(extent) indices of axis \(place) of \(shape)")
      }
      guard list.allSatisfy(\.isFinite) else { throw FormatError.damaged("its \(what) are not finite") }
    }
    self.axis = needsAxis ? place : 0
    (self.zeroPoints, self.scales, self.offsets) = (zeroPoints, scales, offsets)
  }

  /// Rescales every value.
  func apply(to tensor: inout Tensor) {
    let dimensions = tensor.shape.dimensions
    let extent = dimensions.indices.contains(axis) ? dimensions[axis] : 1
    let inner = dimensions.dropFirst(axis + 1).reduce(1, *)
    guard extent > 0, inner > 0 else { return }
    var values = tensor.values
    for block in 0..<values.count / inner {
      let index = block % extent
      let zero = zeroPoints[zeroPoints.count == 1 ? 0 : index]
      let scale = scales[scales.count == 1 ? 0 : index]
      let offset = offsets[offsets.count == 1 ? 0 : index]
      for place in block * inner..<(block + 1) * inner { values[place] = (values[place] - zero) * scale + offset }
    }
    tensor = Tensor(shape: tensor.shape, values: values)
  }
}
