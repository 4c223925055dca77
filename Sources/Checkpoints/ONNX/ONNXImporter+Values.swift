import Networks
import Tensors

/// The axes of activations.
enum Axis: Hashable {
  case batch, channel, height, width

  /// The order of axes in a graph.
  static let nchw: [Axis] = [.batch, .channel, .height, .width]
}

extension ONNXImporter {
  /// The value of a name in the file.
  enum Value {
    case activation(Node.ID)
    /// An activation in another arrangement, or with a factor.
    case view(View)
    /// A convolution that is added to the graph when something but a factor or a summand follows.
    case convolution(PendingConvolution)
    /// The picture before the network, with what is done to its samples.
    case picture(PictureValue)
    /// The extreme values of an activation or of the picture.
    case statistic(Statistic)
    /// An activation minus its minimum.
    case shifted(View)
    case weight(String)
    case constant(HostTensor)
  }

  /// An activation whose axes were rearranged or dropped, times a factor.
  struct View {
    var node: Node.ID
    var axes = Axis.nchw
    var gain = 1.0
    /// Whether the file stretches the values to 0 … 1, which is left out: u2cl stretches masks itself.
    var isStretched = false
  }

  /// A convolution with its output's factors and summands, one for all channels or one for each.
  struct PendingConvolution {
    /// The convolution with the names of its weights in the file.
    var convolution: Convolution
    let input: Node.ID
    let label: String
    /// What derived tensors are named after.
    let output: String
    var weight: StoredTensor
    var bias: StoredTensor?
    /// Whether the weights are derived from the file's.
    var isDerived: Bool
    var scale = [1.0]
    var shift = [0.0]
  }

  /// Extreme values.
  struct Statistic {
    enum Kind { case minimum, maximum, range }
    let kind: Kind
    /// The activation; nil for the picture.
    let node: Node.ID?
  }

  /// The picture, or a resized one, as sample · scale + shift.
  struct PictureValue {
    var node: Node.ID
    var axes: [Axis]
    /// One for all channels, or one for each.
    var scale = [1.0]
    var shift = [0.0]
    var dividesByMaximum = false
    /// Whether a QuantizeLinear was applied, which the next DequantizeLinear undoes.
    var isQuantized = false

    var isPlain: Bool { scale.allSatisfy { $0 == 1 } && shift.allSatisfy { $0 == 0 } && !dividesByMaximum }
  }
}

// Tensors that are computed from the file's.
extension ONNXImporter {
  /// The most elements of all derived vectors together.
  private static let largestDerived = 1 << 18

  /// The tensor of a name, which is a weight of the file or derived from one.
  func entry(_ name: String) -> StoredTensor? {
    let name = if case .weight(let alias)? = values[name] { alias } else { name }
    return derived[name] ?? model.parameters.entries[name]
  }

  /// Adds a vector of `count` numbers under a name.
  mutating func derive(_ name: String, _ numbers: [Double], count: Int) throws {
    derivedCount += count
    guard derivedCount <= Self.largestDerived else {
      throw FormatError.unsupported("it computes with vectors of too many channels")
    }
    let floats = (0..<count).map { Float(numbers[numbers.count == 1 ? 0 : $0]) }
    guard floats.allSatisfy(\.isFinite) else { throw FormatError.damaged("its numbers are not finite") }
    derived[name] = StoredTensor(elementType: .float32, shape: [count], decoded: floats)
  }

  /// Adds activation · scale + shift to the graph, as a batch norm.
  ///
  /// - Parameter part: tells apart several such operations of one node.
  mutating func affine(
    _ input: Node.ID, scale: [Double], shift: [Double], _ node: ProtoOperator, part: String = ""
  ) throws -> Node.ID {
    let channels = builder.shape(of: input).channels
    var name = (node.output.first ?? "") + "~" + part
    while derived[name + "scale"] != nil { name += "~" }
    let names = ["\(name)scale", "\(name)shift", "~0[\(channels)]", "~1[\(channels)]"]
    for (name, numbers) in zip(names, [scale, shift, [0], [1]]) where derived[name] == nil {
      try derive(name, numbers, count: channels)
    }
    let norm = BatchNorm(weight: names[0], bias: names[1], mean: names[2], variance: names[3], epsilon: 0)
    return try id(of: emit(.batchNorm(norm), to: [input], node))
  }

  /// The node of a value that was just emitted.
  func id(of value: Value) throws -> Node.ID {
    guard case .activation(let id) = value else { throw FormatError.damaged("it makes no activation") }
    return id
  }

  /// Adds a convolution to the graph.
  mutating func emit(_ pending: PendingConvolution) throws -> Node.ID {
    var convolution = pending.convolution
    let isPlain = pending.scale == [1] && pending.shift == [0]
    if pending.isDerived || !isPlain {
      convolution.weight = pending.output + "~weight"
      derived[convolution.weight] = try pending.weight.rescaled(
        Rescaling(scales: pending.scale.map { Float($0) }, of: pending.weight.shape))
      let bias = pending.output + "~bias"
      if let stored = pending.bias {
        derived[bias] = try stored.rescaled(
          Rescaling(
            scales: pending.scale.map { Float($0) }, offsets: pending.shift.map { Float($0) }, of: stored.shape))
        convolution.bias = bias
      } else if pending.shift != [0] {
        try derive(bias, pending.shift, count: convolution.outChannels)
        convolution.bias = bias
      }
    }
    return try id(of: emit(.convolution(convolution), to: [pending.input], named: pending.label))
  }

  /// The numbers of a constant that differ at most between the channels of an activation.
  ///
  /// - Returns: one number, or one for each channel.
  /// - Throws: `FormatError` if the numbers differ otherwise.
  func channelNumbers(
    _ constant: HostTensor, axes: [Axis], channels: Int, _ node: ProtoOperator
  ) throws -> [Double] {
    let numbers = constant.floats
    if numbers.count == 1 && constant.shape.count <= max(axes.count, 1) { return numbers }
    let extents = zip(axes.reversed(), constant.shape.reversed())
    guard constant.shape.count <= axes.count, numbers.count == channels,
      extents.allSatisfy({ $0.0 == .channel ? $0.1 == channels : $0.1 == 1 })
    else {
      throw FormatError.unsupported(
        "\(node.opType) of an activation and a constant of shape \(constant.shape) is not supported")
    }
    return numbers
  }
}

// Pictures.
extension ONNXImporter {
  /// The node of the picture. What the file does to its samples becomes the normalization of the model.
  ///
  /// - Throws: `FormatError` if that is not a normalization, or not always the same one.
  mutating func settle(_ picture: PictureValue) throws -> Node.ID {
    guard picture.axes == Axis.nchw else {
      throw FormatError.unsupported("the network takes its input in another order of axes than N, C, H, W")
    }
    let normalization = try InputNormalization(
      scale: picture.scale, shift: picture.shift, isInteger: model.takesIntegers,
      dividesByMaximum: picture.dividesByMaximum, channels: builder.shape(of: picture.node).channels)
    guard !isSettled || normalization == self.normalization else {
      throw FormatError.unsupported("the file uses its input with different normalizations")
    }
    isSettled = true
    self.normalization = normalization
    return picture.node
  }
}

/// What a file does to the samples of its input itself: (sample − mean) / deviation, of samples in 0 … 1.
public struct InputNormalization: Hashable, Sendable {
  /// The means of the channels.
  public let mean: [Float]
  /// The deviations of the channels.
  public let standardDeviation: [Float]
  /// Whether samples are divided by the largest one of the picture first.
  public let dividesByMaximum: Bool

  /// The normalization sample · scale + shift; nil if that changes nothing and the samples are floating-point numbers.
  ///
  /// A file does not say whether its samples are in 0 … 1 or 0 … 255. They are taken to be in 0 … 255 if they are
  /// integers, if a mean is above 2, or if the factor is that small that samples in 0 … 1 would vanish.
  init?(scale: [Double], shift: [Double], isInteger: Bool, dividesByMaximum: Bool, channels: Int) throws {
    let isPlain = scale.allSatisfy { $0 == 1 } && shift.allSatisfy { $0 == 0 }
    guard isInteger || !isPlain || dividesByMaximum else { return nil }
    guard scale.allSatisfy({ $0.isFinite && $0 > 0 }), shift.allSatisfy(\.isFinite) else {
      throw FormatError.unsupported("the file multiplies its input by \(scale), which is no normalization")
    }
    func at(_ list: [Double], _ index: Int) -> Double { list[list.count == 1 ? 0 : index] }
    let means = (0..<channels).map { -at(shift, $0) / at(scale, $0) }
    let isByte =
      !dividesByMaximum && (isInteger || means.contains { abs($0) > 2 } || scale.contains { $0 < 0.05 })
    let largest = isByte ? 255.0 : 1
    mean = means.map { Float($0 / largest) }
    standardDeviation = (0..<channels).map { Float(1 / (at(scale, $0) * largest)) }
    self.dividesByMaximum = dividesByMaximum
    guard (mean + standardDeviation).allSatisfy(\.isFinite), standardDeviation.allSatisfy({ $0 > 0 }) else {
      throw FormatError.unsupported("the file normalizes its input by numbers that are out of range")
    }
  }
}
