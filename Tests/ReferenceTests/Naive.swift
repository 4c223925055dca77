import Networks
import Tensors

/// The operations by their formulas in Double, regardless of speed: a closure computes each output element.
enum Naive {
  /// A tensor whose element at (n, c, y, x) is `value(n, c, y, x)`.
  static func tensor(_ shape: Shape, value: (Int, Int, Int, Int) -> Double) -> Tensor {
    var values: [Float] = []
    for n in 0..<shape.batch {
      for c in 0..<shape.channels {
        for y in 0..<shape.height {
          for x in 0..<shape.width { values.append(Float(value(n, c, y, x))) }
        }
      }
    }
    return Tensor(shape: shape, values: values)
  }

  static func convolution(_ convolution: Convolution, input: Tensor, weight: Tensor, bias: Tensor?) -> Tensor {
    let reach = convolution.dilation * (convolution.kernel - 1)
    func extent(_ length: Int) -> Int { (length + 2 * convolution.padding - reach - 1) / convolution.stride + 1 }
    let shape = Shape(
      batch: input.shape.batch, channels: convolution.outChannels, height: extent(input.shape.height),
      width: extent(input.shape.width))
    return tensor(shape) { n, c, y, x in
      var sum = bias.map { Double($0.values[c]) } ?? 0
      for k in 0..<input.shape.channels {
        for i in 0..<convolution.kernel {
          for j in 0..<convolution.kernel {
            let row = y * convolution.stride + i * convolution.dilation - convolution.padding
            let column = x * convolution.stride + j * convolution.dilation - convolution.padding
            let tap = weight.values[((c * input.shape.channels + k) * convolution.kernel + i) * convolution.kernel + j]
            sum += Double(tap) * (input.at(n, k, row, column) ?? 0)
          }
        }
      }
      return sum
    }
  }

  static func batchNorm(
    _ input: Tensor, weight: Tensor, bias: Tensor, mean: Tensor, variance: Tensor, epsilon: Double
  ) -> Tensor {
    tensor(input.shape) { n, c, y, x in
      let centered = (input.at(n, c, y, x) ?? .nan) - Double(mean.values[c])
      return Double(weight.values[c]) * centered / (Double(variance.values[c]) + epsilon).squareRoot()
        + Double(bias.values[c])
    }
  }

  static func maxPool(_ pool: MaxPool, input: Tensor, size: Size) -> Tensor {
    let shape = Shape(
      batch: input.shape.batch, channels: input.shape.channels, height: size.height, width: size.width)
    return tensor(shape) { n, c, y, x in
      var window: [Double] = []
      for i in 0..<pool.kernel {
        for j in 0..<pool.kernel {
          if let value = input.at(n, c, y * pool.stride + i, x * pool.stride + j) { window.append(value) }
        }
      }
      return window.max() ?? .nan
    }
  }

  /// Every input pixel weighted by a tent around the sample's position, positions clamped to the first and last centre.
  static func upsample(_ input: Tensor, to size: Size, centers: PixelCenters = .halfPixel) -> Tensor {
    func position(_ index: Int, _ from: Int, _ to: Int) -> Double {
      let position =
        switch centers {
        case .halfPixel: (Double(index) + 0.5) * Double(from) / Double(to) - 0.5
        case .asymmetric: Double(index) * Double(from) / Double(to)
        case .alignCorners: to == 1 ? 0 : Double(index) * Double(from - 1) / Double(to - 1)
        }
      return min(max(position, 0), Double(from - 1))
    }
    let shape = Shape(
      batch: input.shape.batch, channels: input.shape.channels, height: size.height, width: size.width)
    return tensor(shape) { n, c, y, x in
      let (v, u) = (position(y, input.shape.height, size.height), position(x, input.shape.width, size.width))
      var sum = 0.0
      for i in max(0, Int(v) - 1)...min(input.shape.height - 1, Int(v) + 1) {
        for j in max(0, Int(u) - 1)...min(input.shape.width - 1, Int(u) + 1) {
          let tent = max(0, 1 - abs(v - Double(i))) * max(0, 1 - abs(u - Double(j)))
          sum += tent * (input.at(n, c, i, j) ?? .nan)
        }
      }
      return sum
    }
  }
}

extension Tensor {
  /// The element at a position, nil outside.
  func at(_ n: Int, _ c: Int, _ y: Int, _ x: Int) -> Double? {
    guard (0..<shape.height).contains(y), (0..<shape.width).contains(x) else { return nil }
    return Double(values[((n * shape.channels + c) * shape.height + y) * shape.width + x])
  }
}
