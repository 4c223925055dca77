import Networks
import Tensors

extension ONNXImporter {
  /// The value of a node's first output.
  ///
  /// - Throws: `FormatError` or `GraphError` if the node is not supported.
  mutating func value(of node: ProtoOperator) throws -> Value {
    switch node.opType {
    case "Conv": try convolution(node)
    case "BatchNormalization": try batchNorm(node)
    case "Relu": try elementwise(.relu, node)
    case "Sigmoid", "QLinearSigmoid": try elementwise(.sigmoid, node)
    case "MaxPool": try maxPool(node)
    case "Resize", "Upsample": try resize(node)
    case "Identity", "Dropout": try same(node)
    case "Cast": try cast(node)
    case "Concat": try concat(node)
    case "Add", "Sub", "Mul", "Div": try arithmetic(node)
    case "Transpose": try transpose(node)
    case "Gather", "Slice", "Unsqueeze", "Squeeze", "Reshape": try rearranged(node) ?? .constant(folded(node))
    case "Constant", "Shape", "Floor", "Ceil": .constant(try folded(node))
    case "QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "ConvInteger", "QLinearConv", "QLinearAdd",
      "QLinearConcat":
      try quantized(node)
    case "ReduceMax", "ReduceMin", "GlobalMaxPool": try statistic(node)
    case "Max", "Clip", "Round": try limited(node)
    case "Greater", "GreaterOrEqual", "Less", "LessOrEqual": try compared(node)
    case "Not", "Where": try chosen(node)
    default: throw FormatError.unsupported("the operation \(node.opType) is not supported")
    }
  }

  private mutating func convolution(_ node: ProtoOperator) throws -> Value {
    let input = try activation(node.requiredInput(0))
    let (weight, _) = try weight(node.requiredInput(1))
    let bias = try node.optionalInput(2).map { try self.weight($0) }
    guard let entry = entry(weight) else { throw FormatError.damaged("its weights are missing") }
    let convolution = try convolution(node, input: input, weight: weight, entry.shape, bias: bias?.name)
    let pending = PendingConvolution(
      convolution: convolution, input: input, label: node.label, output: node.output.first ?? "", weight: entry,
      bias: bias.flatMap { self.entry($0.name) }, isDerived: false)
    return isScaledLater(node) ? .convolution(pending) : .activation(try emit(pending))
  }

  /// Whether nothing takes a convolution's output but an operation with a constant, which the weights can include.
  private func isScaledLater(_ node: ProtoOperator) -> Bool {
    guard let output = node.output.first, uses[output] == 1, let next = consumers[output] else { return false }
    switch next.opType {
    case "Mul", "Div", "Sub", "Cast": return true
    case "Add": return next.input.contains { $0 != output && isConstant($0) }
    default: return false
    }
  }

  /// The convolution of a node, for weights of this shape.
  func convolution(
    _ node: ProtoOperator, input: Node.ID, weight: String, _ shape: Shape, bias: String?
  ) throws -> Convolution {
    guard node.integer("group", default: 1) == 1 else {
      throw FormatError.unsupported("grouped convolutions are not supported")
    }
    guard shape.rank == 4, shape.dimensions[2] == shape.dimensions[3] else {
      throw FormatError.unsupported("its kernel \(shape) is not square")
    }
    let kernel = shape.dimensions[2]
    guard try node.square("kernel_shape", default: kernel) == kernel, 1...1024 ~= kernel else {
      throw FormatError.damaged("its weights \(shape) do not have its kernel_shape")
    }
    guard shape.dimensions[1] == builder.shape(of: input).channels else {
      throw FormatError.damaged("its weights \(shape) do not fit its input \(builder.shape(of: input))")
    }
    return Convolution(
      weight: weight, bias: bias, outChannels: shape.dimensions[0], kernel: kernel,
      stride: try node.square("strides", default: 1), padding: try node.evenPadding(),
      dilation: try node.square("dilations", default: 1))
  }

  private mutating func batchNorm(_ node: ProtoOperator) throws -> Value {
    guard node.integer("training_mode", default: 0) == 0 else {
      throw FormatError.unsupported("it was exported for training; export the network in evaluation mode")
    }
    let names = try (1...4).map { try weight(node.requiredInput($0)).name }
    let norm = BatchNorm(
      weight: names[0], bias: names[1], mean: names[2], variance: names[3],
      epsilon: node.float("epsilon", default: 1e-5))
    return try emit(.batchNorm(norm), to: [activation(node.requiredInput(0))], node)
  }

  private mutating func maxPool(_ node: ProtoOperator) throws -> Value {
    guard node.integers("kernel_shape") != nil else { throw FormatError.damaged("it has no kernel_shape") }
    guard try node.square("dilations", default: 1) == 1 else {
      throw FormatError.unsupported("a max pool with dilation is not supported")
    }
    let input = try activation(node.requiredInput(0))
    var pool = MaxPool(
      kernel: try node.square("kernel_shape", default: 1), stride: try node.square("strides", default: 1),
      ceilMode: node.integer("ceil_mode", default: 0) != 0)
    if try !node.hasNoPads(), !pool.ceilMode { pool = try ceilPool(pool, of: builder.shape(of: input), node) }
    return try emit(.maxPool(pool), to: [input], node)
  }

  /// The pool with `ceil_mode`. Operator sets before 10 do not have that attribute, so exporters pad the right and
  /// lower sides by a column and a row, which do not change the maxima.
  private func ceilPool(_ pool: MaxPool, of input: Shape, _ node: ProtoOperator) throws -> MaxPool {
    let pads = node.integers("pads") ?? []
    let ceiled = MaxPool(kernel: pool.kernel, stride: pool.stride, ceilMode: true)
    func extent(_ length: Int, _ pad: Int) -> Int { (length + pad - pool.kernel) / pool.stride + 1 }
    guard pads.count == 4, pads[0] == 0, pads[1] == 0, pads.allSatisfy({ 0..<pool.kernel ~= $0 }),
      let output = try? Operation.maxPool(ceiled).outputShape(of: [input]),
      output.height == extent(input.height, pads[2]), output.width == extent(input.width, pads[3])
    else { throw FormatError.unsupported("a max pool with padding \(pads) is not supported") }
    return ceiled
  }

  private func same(_ node: ProtoOperator) throws -> Value {
    let name = try node.requiredInput(0)
    return isWeight(name) ? .weight(name) : try value(name)
  }

  /// The value of a cast. All floating-point types are one here, so a cast between them changes nothing.
  private mutating func cast(_ node: ProtoOperator) throws -> Value {
    var target = ProtoTensor()
    target.dataType = Int32(clamping: node.integer("to", default: 0))
    guard let type = target.elementType else {
      throw FormatError.unsupported("it casts to type \(target.dataType), which is not supported")
    }
    let name = try node.requiredInput(0)
    if type.isFloatingPoint, isWeight(name) { return .weight(name) }
    switch try value(name) {
    case .constant(let tensor): return .constant(try tensor.cast(toIntegers: !type.isFloatingPoint))
    case let value:
      guard type.isFloatingPoint || isWhole(value) else {
        throw FormatError.unsupported("it casts activations to \(type), which is not supported")
      }
      return value
    }
  }

  /// Whether a cast to integers changes little: the value is 0 or 1, or in 0 … 255.
  private func isWhole(_ value: Value) -> Bool {
    switch value {
    case .activation(let id): steps.contains(id)
    case .view(let view): view.gain >= 100 || steps.contains(view.node)
    case .picture: model.takesIntegers
    case .convolution, .statistic, .shifted, .weight, .constant: false
    }
  }

  private mutating func concat(_ node: ProtoOperator) throws -> Value {
    guard let first = node.input.first else { throw FormatError.damaged("it has no inputs") }
    let axis = node.integer("axis", default: 1)
    if try isConstant(value(first)) {
      guard axis == 0 || axis == -1 else {
        throw FormatError.unsupported("it concatenates constants along axis \(axis)")
      }
      return .constant(try .concatenated(node.input.map(constant)))
    }
    guard axis == 1 || axis == -3 else {
      throw FormatError.unsupported("it concatenates activations along axis \(axis) and not along the channels")
    }
    let inputs = try node.input.map { try activation($0) }
    return inputs.count == 1 ? .activation(inputs[0]) : try emit(.concat, to: inputs, node)
  }

  /// The value of a node that computes sizes.
  private mutating func folded(_ node: ProtoOperator) throws -> HostTensor {
    if node.opType == "Constant" { return try literal(node) }
    let name = try node.requiredInput(0)
    if node.opType == "Shape" { return try shape(of: value(name), node) }
    let input = try constant(name)
    switch node.opType {
    case "Gather": return try input.gathered(constant(node.requiredInput(1)), axis: node.integer("axis", default: 0))
    case "Slice": return try slice(input, node)
    case "Unsqueeze":
      guard let axes = try integers(node, 1, "axes") else { throw FormatError.damaged("it has no axes") }
      return try input.unsqueezed(axes)
    case "Squeeze": return try input.squeezed(integers(node, 1, "axes"))
    case "Floor": return try input.rounded(.down)
    case "Ceil": return try input.rounded(.up)
    case "Reshape": return try input.reshaped(constant(node.requiredInput(1)).integers("its shape"))
    default: throw FormatError.unsupported("the operation \(node.opType) is not supported")
    }
  }

  private mutating func literal(_ node: ProtoOperator) throws -> HostTensor {
    if let tensor = node.tensor("value") {
      if let output = node.output.first { constantTypes[output] = tensor.elementType }
      // A weight: its elements are in the checkpoint, and only its name is needed here.
      if try tensor.extents().count > HostTensor.largestCount { return try HostTensor(shape: [0], values: .floats([])) }
      return try tensor.hostTensor()
    }
    if let integers = node.integers("value_ints") {
      return try HostTensor(shape: [integers.count], values: .integers(integers))
    }
    if let floats = node.floats("value_floats") {
      return try HostTensor(shape: [floats.count], values: .floats(floats.map(Double.init)))
    }
    if node.attribute.contains(where: { $0.name == "value_int" }) {
      return try HostTensor(shape: [], values: .integers([node.integer("value_int", default: 0)]))
    }
    if node.attribute.contains(where: { $0.name == "value_float" }) {
      return try HostTensor(shape: [], values: .floats([Double(node.float("value_float", default: 0))]))
    }
    throw FormatError.unsupported("its value is not a tensor of numbers")
  }

  private func shape(of value: Value, _ node: ProtoOperator) throws -> HostTensor {
    let dimensions: [Int] =
      switch value {
      case .activation, .view, .convolution, .picture, .statistic, .shifted: try extents(of: value)
      case .constant(let tensor): tensor.shape
      case .weight(let name): entry(name)?.shape.dimensions ?? []
      }
    let all = try HostTensor(shape: [dimensions.count], values: .integers(dimensions))
    return try all.sliced(
      start: node.integer("start", default: 0), end: node.integer("end", default: dimensions.count), step: 1)
  }

  /// ONNX `Slice`, whose operands are inputs since operator set 10 and attributes before.
  private func slice(_ input: HostTensor, _ node: ProtoOperator) throws -> HostTensor {
    guard let starts = try integers(node, 1, "starts"), let ends = try integers(node, 2, "ends"),
      starts.count == 1, ends.count == 1, try integers(node, 3, "axes").map({ $0 == [0] || $0 == [-1] }) ?? true
    else { throw FormatError.unsupported("it slices along more than one axis") }
    return try input.sliced(start: starts[0], end: ends[0], step: integers(node, 4, "steps")?.first ?? 1)
  }

  /// Integers that are an input in later operator sets, and an attribute in earlier ones.
  func integers(_ node: ProtoOperator, _ index: Int, _ attribute: String) throws -> [Int]? {
    try node.optionalInput(index).map { try constant($0).integers("its \(attribute)") } ?? node.integers(attribute)
  }
}
