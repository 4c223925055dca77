internal import Tensors

extension Tensor {
  /// `cat` along channels: image by image, every input's channels in turn.
  static func concatenated(_ inputs: [Tensor], shape output: Shape) -> Tensor {
    var values: [Float] = []
    values.reserveCapacity(output.elementCount)
    for image in 0..<output.batch {
      for input in inputs {
        let size = input.values.count / output.batch
        values += input.values[image * size..<(image + 1) * size]
      }
    }
    return Tensor(shape: output, values: values)
  }
}
