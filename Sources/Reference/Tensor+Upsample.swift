internal import Networks
internal import Tensors

extension Tensor {
  /// `interpolate(mode: "bilinear")` to a larger or smaller size, without antialiasing.
  func upsampled(shape output: Shape, centers: PixelCenters) -> Tensor {
    let (height, width) = (shape.height, shape.width)
    let rows = (0..<output.height).map { BilinearTap(at: $0, from: height, to: output.height, centers) }
    let columns = (0..<output.width).map { BilinearTap(at: $0, from: width, to: output.width, centers) }
    return Tensor(shape: output) { result in
      values.withUnsafeBufferPointer { input in
        inParallel(output.batch * output.channels) { plane in
          for (y, row) in rows.enumerated() {
            let (upper, lower) = ((plane * height + row.near) * width, (plane * height + row.far) * width)
            let target = (plane * output.height + y) * output.width
            for (x, column) in columns.enumerated() {
              let above = column.blend(input[upper + column.near], input[upper + column.far])
              let below = column.blend(input[lower + column.near], input[lower + column.far])
              result[target + x] = row.blend(above, below)
            }
          }
        }
      }
    }
  }
}

/// The position of an output row or column between two of the input.
private struct BilinearTap {
  /// The input index at or before the position.
  let near: Int
  /// The next one, or the same at the far edge.
  let far: Int
  /// The fraction of the way from `near` to `far`, 0 … 1.
  let fraction: Float

  /// Before the first centre and after the last, the edge is repeated.
  init(at index: Int, from inputCount: Int, to outputCount: Int, _ centers: PixelCenters) {
    let (scale, shift) = centers.mapping(from: inputCount, to: outputCount)
    let position = max(0, scale * (Float(index) + shift) - shift)
    near = min(Int(position), inputCount - 1)
    far = min(near + 1, inputCount - 1)
    fraction = min(1, position - Float(near))
  }

  func blend(_ first: Float, _ second: Float) -> Float { (1 - fraction) * first + fraction * second }
}
