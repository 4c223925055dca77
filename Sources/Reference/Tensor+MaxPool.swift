internal import Networks
internal import Tensors

extension Tensor {
  /// `max_pool2d` without padding. A window beyond the far edge takes only the pixels inside. The maximum with a NaN is
  /// NaN, as in PyTorch.
  func maxPooled(_ pool: MaxPool, shape output: Shape) -> Tensor {
    let (height, width) = (shape.height, shape.width)
    return Tensor(shape: output) { result in
      values.withUnsafeBufferPointer { input in
        inParallel(output.batch * output.channels) { plane in
          for y in 0..<output.height {
            for x in 0..<output.width {
              let (top, left) = (y * pool.stride, x * pool.stride)
              var largest = -Float.infinity
              for row in top..<min(top + pool.kernel, height) {
                for column in left..<min(left + pool.kernel, width) {
                  let value = input[(plane * height + row) * width + column]
                  if value > largest || value.isNaN { largest = value }
                }
              }
              result[(plane * output.height + y) * output.width + x] = largest
            }
          }
        }
      }
    }
  }
}
