import Networks
import Tensors

/// Quantized models, computed with floating-point numbers: weights are turned back, and activations are not quantized.
///
/// In the formats QDQ and QOperator an activation is limited to what its integers can hold. If that begins at 0, the
/// limit is the ReLU that the quantizer left out. In the dynamic format, the scale of an activation is taken to be 1.
extension ONNXImporter {
  /// The operations of onnxruntime that are read.
  static let microsoftOperations: Set<String> = [
    "QuantizeLinear", "DequantizeLinear", "QLinearAdd", "QLinearConcat", "QLinearSigmoid",
  ]

  /// The value of a quantizing node's first output.
  mutating func quantized(_ node: ProtoOperator) throws -> Value {
    switch node.opType {
    case "QuantizeLinear": try quantize(node)
    case "DequantizeLinear": try dequantize(node)
    case "DynamicQuantizeLinear": try value(node.requiredInput(0))
    case "ConvInteger": try convInteger(node)
    case "QLinearConv": try quantizedConvolution(node)
    case "QLinearAdd":
      try limited(
        emit(.add, to: [operand(node, 0), operand(node, 3)], node), zeroPoint: node.optionalInput(7), node)
    default: try quantizedConcat(node)
    }
  }

  /// Sets the second and third output of a `DynamicQuantizeLinear`.
  mutating func dropScales(of node: ProtoOperator) throws {
    for (index, value) in [(1, HostTensor.Values.floats([1])), (2, .integers([0]))] where index < node.output.count {
      values[node.output[index]] = .constant(try HostTensor(shape: [], values: value))
    }
  }

  private mutating func quantize(_ node: ProtoOperator) throws -> Value {
    let name = try node.requiredInput(0)
    if isWeight(name) { return try .weight(weight(name).name) }
    let value = try value(name)
    if case .picture(var picture) = value {
      picture.isQuantized = true
      return .picture(picture)
    }
    if case .constant = value { return value }
    let zeroPoint = node.optionalInput(2)
    guard zeroPoint != nil || node.integer("output_dtype", default: 2) == 2 else { return value }
    return try limited(value, zeroPoint: zeroPoint, node)
  }

  /// A quantized activation. If its integers begin with the zero point, negative values become 0.
  ///
  /// - Parameter zeroPoint: the name of the zero point; nil for that of unsigned integers, 0.
  private mutating func limited(_ value: Value, zeroPoint: String?, _ node: ProtoOperator) throws -> Value {
    var smallest = 0
    var zero = 0
    if let zeroPoint {
      zero = try constant(zeroPoint).integers("its zero point").first ?? 0
      switch constantTypes[zeroPoint] ?? model.parameters.entries[zeroPoint]?.elementType {
      case .int8?: smallest = -128
      case .int16?: smallest = -32768
      default: break
      }
    }
    guard zero == smallest else { return value }
    let input: Node.ID
    switch value {
    case .activation(let id): input = id
    case .convolution(let pending): input = try emit(pending)
    default: return value
    }
    return nonnegative.contains(input) ? .activation(input) : try emit(.relu, to: [input], node)
  }

  private mutating func dequantize(_ node: ProtoOperator) throws -> Value {
    let name = try node.requiredInput(0)
    guard node.integer("block_size", default: 0) == 0 else {
      throw FormatError.unsupported("weights that are quantized in blocks are not supported")
    }
    let value = try value(name)
    switch value {
    case .activation, .view, .convolution, .statistic, .shifted: return value
    case .picture(let picture):
      return .picture(
        try dequantized(picture, scale: node.requiredInput(1), zeroPoint: node.optionalInput(2)))
    case .weight, .constant:
      guard let stored = entry(name) else {
        guard case .constant(let tensor) = value else { throw FormatError.damaged("its input is missing") }
        let zero = try node.optionalInput(2).map { try HostTensor.combined(.subtract, tensor, constant($0)) } ?? tensor
        return .constant(try .combined(.multiply, zero.cast(toIntegers: false), constant(node.requiredInput(1))))
      }
      guard !stored.isWeight else { return try .weight(weight(name).name) }
      let output = node.output.first ?? ""
      derived[output] = try stored.rescaled(
        rescaling(
          scale: node.requiredInput(1), zeroPoint: node.optionalInput(2), axis: node.integer("axis", default: 1),
          of: stored))
      return .weight(output)
    }
  }

  /// The picture, of integers, as floating-point numbers.
  private func dequantized(_ picture: PictureValue, scale: String, zeroPoint: String?) throws -> PictureValue {
    var picture = picture
    guard !picture.isQuantized, model.takesIntegers else {
      picture.isQuantized = false
      return picture
    }
    guard let scale = try constant(scale).floats.first else { throw FormatError.damaged("its scale is empty") }
    let zero = try zeroPoint.flatMap { try constant($0).floats.first } ?? 0
    picture.shift = picture.shift.map { ($0 - zero) * scale }
    picture.scale = picture.scale.map { $0 * scale }
    return picture
  }

  /// What turns stored integers to weights.
  private func rescaling(
    scale: String, zeroPoint: String?, axis: Int, of stored: StoredTensor
  ) throws -> Rescaling {
    let scales = try constant(scale)
    let zeros = try zeroPoint.map { try constant($0) }
    guard scales.shape.count <= 1, zeros.map({ $0.shape.count <= 1 }) ?? true else {
      throw FormatError.unsupported("its scales have the shape \(scales.shape); weights in blocks are not supported")
    }
    return try Rescaling(
      axis: axis, zeroPoints: zeros?.floats.map { Float($0) } ?? [0], scales: scales.floats.map { Float($0) },
      of: stored.shape)
  }

  /// The node of an activation that is an operand: a tensor, its scale and its zero point.
  private mutating func operand(_ node: ProtoOperator, _ index: Int) throws -> Node.ID {
    let name = try node.requiredInput(index)
    guard case .picture(let picture) = try value(name) else { return try activation(name) }
    return try settle(
      dequantized(picture, scale: node.requiredInput(index + 1), zeroPoint: node.optionalInput(index + 2)))
  }

  private mutating func convInteger(_ node: ProtoOperator) throws -> Value {
    let zeroPoint = try node.optionalInput(2).map { try constant($0).floats } ?? [0]
    guard zeroPoint.allSatisfy({ $0 == 0 }) else {
      throw FormatError.unsupported("its input has a zero point of its own, which is not supported")
    }
    let input = try activation(node.requiredInput(0))
    let name = try node.requiredInput(1)
    guard let stored = entry(name) else { throw FormatError.unsupported("its weights '\(name)' are not in the file") }
    let zeros = try node.optionalInput(3).map { try constant($0).floats.map { Float($0) } } ?? [0]
    let output = node.output.first ?? ""
    return .convolution(
      PendingConvolution(
        convolution: try convolution(node, input: input, weight: name, stored.shape, bias: nil), input: input,
        label: node.label, output: output, weight: try stored.rescaled(Rescaling(zeroPoints: zeros, of: stored.shape)),
        bias: nil, isDerived: true))
  }

  private mutating func quantizedConvolution(_ node: ProtoOperator) throws -> Value {
    let input = try operand(node, 0)
    let name = try node.requiredInput(3)
    guard let stored = entry(name) else { throw FormatError.unsupported("its weights '\(name)' are not in the file") }
    let weight = try stored.rescaled(
      rescaling(scale: node.requiredInput(4), zeroPoint: node.optionalInput(5), axis: 0, of: stored))
    var bias: StoredTensor?
    if let name = node.optionalInput(8) {
      guard let stored = entry(name) else { throw FormatError.unsupported("its bias '\(name)' is not in the file") }
      let scale = try constant(node.requiredInput(1)).floats.first ?? 1
      bias = try stored.rescaled(
        Rescaling(scales: constant(node.requiredInput(4)).floats.map { Float($0 * scale) }, of: stored.shape))
    }
    let output = node.output.first ?? ""
    let id = try emit(
      PendingConvolution(
        convolution: convolution(node, input: input, weight: name, stored.shape, bias: nil), input: input,
        label: node.label, output: output, weight: weight, bias: bias, isDerived: true))
    return try limited(.activation(id), zeroPoint: node.optionalInput(7), node)
  }

  private mutating func quantizedConcat(_ node: ProtoOperator) throws -> Value {
    guard [1, -3].contains(node.integer("axis", default: 1)) else {
      throw FormatError.unsupported("it concatenates activations along another axis than the channels")
    }
    let inputs = try stride(from: 2, to: node.input.count, by: 3).map { try operand(node, $0) }
    return try limited(emit(.concat, to: inputs, node), zeroPoint: node.optionalInput(1), node)
  }
}
