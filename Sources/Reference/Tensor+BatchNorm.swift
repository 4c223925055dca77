internal import Tensors

extension Tensor {
  /// `batch_norm` in evaluation mode: (x − mean) / sqrt(variance + ε) · weight + bias for each channel. Each vector is
  /// `[channels]`.
  func normalized(weight: Tensor, bias: Tensor, mean: Tensor, variance: Tensor, epsilon: Float) -> Tensor {
    mappingPlanes { plane, input, output in
      let channel = plane % shape.channels
      let deviation = (variance.values[channel] + epsilon).squareRoot()
      let (center, scale, shift) = (mean.values[channel], weight.values[channel], bias.values[channel])
      for i in input.indices { output[i] = (input[i] - center) / deviation * scale + shift }
    }
  }

  /// A tensor of this shape, computed plane by plane. A plane is one channel of one image.
  ///
  /// - Parameter write: takes the plane's index, its values, and the memory for the new values.
  func mappingPlanes(
    _ write: (Int, Slice<UnsafeBufferPointer<Float>>, inout Slice<UnsafeMutableBufferPointer<Float>>) -> Void
  ) -> Tensor {
    let size = shape.height * shape.width
    return Tensor(shape: shape) { result in
      values.withUnsafeBufferPointer { input in
        inParallel(shape.batch * shape.channels) { plane in
          let range = plane * size..<(plane + 1) * size
          var output = result[range]
          write(plane, input[range], &output)
        }
      }
    }
  }
}
