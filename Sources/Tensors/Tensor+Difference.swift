extension Tensor {
  /// The largest difference to another tensor of the same shape, relative to that tensor's largest magnitude; infinite
  /// if either tensor contains NaN.
  package func relativeDifference(to other: Tensor) -> Float {
    let scale = other.values.reduce(Float.leastNormalMagnitude) { max($0, abs($1)) }
    return zip(values, other.values).reduce(0) { worst, pair in
      let difference = abs(pair.0 - pair.1) / scale
      return difference.isNaN ? .infinity : max(worst, difference)
    }
  }

  /// One image of a batch, `[1, channels, height, width]`. Requires rank 4.
  package func image(_ index: Int) -> Tensor {
    if shape.batch == 1, index == 0 { return self }
    let count = shape.channels * shape.height * shape.width
    return Tensor(
      shape: Shape(channels: shape.channels, height: shape.height, width: shape.width)
    ) { target in
      for i in 0..<count { target[i] = values[index * count + i] }
    }
  }
}

extension [Tensor] {
  /// The largest `relativeDifference` to the tensor at the same place; infinite if there is none.
  package func relativeDifference(to others: [Tensor]) -> Float {
    zip(self, others).map { $0.relativeDifference(to: $1) }.max() ?? .infinity
  }
}
