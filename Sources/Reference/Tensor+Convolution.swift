internal import Networks
internal import Tensors

/// The sums of several output channels.
private typealias Lanes = SIMD8<Float>

extension Tensor {
  /// `conv2d` with zero padding, summed in float32 over input channels, then rows, then columns of the kernel.
  ///
  /// - Parameters:
  ///   - weight: `[outChannels, inChannels, kernel, kernel]`.
  ///   - bias: `[outChannels]`.
  func convolved(_ convolution: Convolution, weight: Tensor, bias: Tensor?, shape output: Shape) -> Tensor {
    let taps = weight.packedTaps()
    let biases = bias.map { $0.packedBias() } ?? Array(repeating: .zero, count: groupCount(output.channels))
    let rows = ConvolutionRows(convolution: convolution, input: shape, output: output)
    return Tensor(shape: output) { result in
      values.withUnsafeBufferPointer { input in
        taps.withUnsafeBufferPointer { taps in
          inParallel(output.batch * biases.count * output.height) { index in
            let (plane, row) = index.quotientAndRemainder(dividingBy: output.height)
            let (image, group) = plane.quotientAndRemainder(dividingBy: biases.count)
            withUnsafeTemporaryAllocation(of: Lanes.self, capacity: output.width) { sums in
              sums.initialize(repeating: biases[group])
              rows.accumulate(row, image: image, group: group, input: input, taps: taps, into: sums)
              rows.store(sums, row: row, image: image, group: group, into: result)
            }
          }
        }
      }
    }
  }

  /// A convolution's weights as `[outChannels / lanes][inChannels][kernel][kernel]` of lanes, zero past the last
  /// channel.
  private func packedTaps() -> [Lanes] {
    let (outChannels, tapCount) = (shape.dimensions[0], shape.dimensions.dropFirst().reduce(1, *))
    var packed = Array(repeating: Lanes.zero, count: groupCount(outChannels) * tapCount)
    values.withUnsafeBufferPointer { values in
      for channel in 0..<outChannels {
        let (group, lane) = channel.quotientAndRemainder(dividingBy: Lanes.scalarCount)
        for tap in 0..<tapCount { packed[group * tapCount + tap][lane] = values[channel * tapCount + tap] }
      }
    }
    return packed
  }

  /// A vector `[outChannels]` as `[outChannels / lanes]` of lanes, zero past the last channel.
  private func packedBias() -> [Lanes] {
    var packed = Array(repeating: Lanes.zero, count: groupCount(values.count))
    for (channel, value) in values.enumerated() {
      packed[channel / Lanes.scalarCount][channel % Lanes.scalarCount] = value
    }
    return packed
  }
}

/// The number of groups of lanes for a number of channels.
private func groupCount(_ channels: Int) -> Int { (channels + Lanes.scalarCount - 1) / Lanes.scalarCount }

/// Computes one row of one group of output channels at a time.
private struct ConvolutionRows {
  let convolution: Convolution
  let input: Shape
  let output: Shape
  /// For every column of the kernel, the output pixels whose tap is inside the input; for others the tap adds zero.
  let reached: [Range<Int>]

  init(convolution: Convolution, input: Shape, output: Shape) {
    self.convolution = convolution
    self.input = input
    self.output = output
    let stride = convolution.stride
    reached = (0..<convolution.kernel).map { column in
      let offset = column * convolution.dilation - convolution.padding
      let first = max(0, (-offset + stride - 1) / stride)
      let pastInput = input.width - offset
      let end = pastInput <= 0 ? 0 : min(output.width, (pastInput + stride - 1) / stride)
      return min(first, end)..<end
    }
  }

  /// sums[x] += Σ over input channels and taps of weight · input, for the row's pixels x.
  func accumulate(
    _ row: Int, image: Int, group: Int, input values: UnsafeBufferPointer<Float>, taps: UnsafeBufferPointer<Lanes>,
    into sums: UnsafeMutableBufferPointer<Lanes>
  ) {
    let (kernel, stride) = (convolution.kernel, convolution.stride)
    for channel in 0..<input.channels {
      for kernelRow in 0..<kernel {
        let y = row * stride + kernelRow * convolution.dilation - convolution.padding
        guard y >= 0, y < input.height else { continue }
        let source = ((image * input.channels + channel) * input.height + y) * input.width
        for column in 0..<kernel {
          let tap = taps[((group * input.channels + channel) * kernel + kernelRow) * kernel + column]
          let offset = source + column * convolution.dilation - convolution.padding
          for x in reached[column] {
            sums[x] += tap * values[offset &+ x &* stride]
          }
        }
      }
    }
  }

  func store(
    _ sums: UnsafeMutableBufferPointer<Lanes>, row: Int, image: Int, group: Int,
    into result: UnsafeMutableBufferPointer<Float>
  ) {
    let first = group * Lanes.scalarCount
    for channel in first..<min(first + Lanes.scalarCount, output.channels) {
      let target = ((image * output.channels + channel) * output.height + row) * output.width
      for x in 0..<output.width { result[target + x] = sums[x][channel - first] }
    }
  }
}
