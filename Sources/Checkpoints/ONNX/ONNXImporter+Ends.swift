import Networks
import Tensors

/// What files do before and after the network: arithmetic with constants, the order of axes, extreme values and
/// thresholds.
extension ONNXImporter {
  /// Whether the name is that of a constant or a weight.
  func isConstant(_ name: String) -> Bool { (try? value(name)).map(isConstant) ?? false }

  func isConstant(_ value: Value) -> Bool {
    switch value {
    case .constant, .weight: true
    case .activation, .view, .convolution, .picture, .statistic, .shifted: false
    }
  }

  /// An operation of one input that treats all elements alike, so that their order does not matter.
  mutating func elementwise(_ operation: Operation, _ node: ProtoOperator) throws -> Value {
    let name = try node.requiredInput(0)
    guard case .view(var view) = try value(name) else {
      return try emit(operation, to: [activation(name)], node)
    }
    let axes = view.axes
    view.axes = Axis.nchw
    let id = try id(of: emit(operation, to: [materialized(view, named: name)], node))
    // The node of `name` itself may have other axes.
    if axes != Axis.nchw { values[name] = .view(View(node: view.node, axes: axes, gain: view.gain)) }
    return .view(View(node: id, axes: axes))
  }

  /// ONNX `Add`, `Sub`, `Mul` and `Div`.
  mutating func arithmetic(_ node: ProtoOperator) throws -> Value {
    let names = try (node.requiredInput(0), node.requiredInput(1))
    guard let operation = HostTensor.Arithmetic(rawValue: node.opType) else {
      throw FormatError.unsupported(node.opType)
    }
    let (left, right) = (try value(names.0), try value(names.1))
    switch (isConstant(left), isConstant(right)) {
    case (true, true): return .constant(try .combined(operation, constant(names.0), constant(names.1)))
    case (false, true): return try combined(left, named: names.0, operation, constant(names.1), node)
    case (true, false):
      switch operation {
      case .add, .multiply: return try combined(right, named: names.1, operation, constant(names.0), node)
      case .subtract:
        // c − x = x · (−1) + c
        let minus = try HostTensor(shape: [], values: .floats([-1]))
        let negative = try combined(right, named: names.1, .multiply, minus, node)
        values[names.1 + "~negative"] = negative
        return try combined(negative, named: names.1 + "~negative", .add, constant(names.0), node)
      case .divide: throw FormatError.unsupported("Div of a constant by an activation is not supported")
      }
    case (false, false):
      if let value = try stretched(left, operation, right) { return value }
      guard operation == .add else {
        throw FormatError.unsupported("\(node.opType) of activations is not supported")
      }
      return try emit(.add, to: [activation(names.0), activation(names.1)], node)
    }
  }

  /// An activation and a constant.
  private mutating func combined(
    _ value: Value, named name: String, _ operation: HostTensor.Arithmetic, _ constant: HostTensor,
    _ node: ProtoOperator
  ) throws -> Value {
    func numbers(_ axes: [Axis], _ id: Node.ID) throws -> (scale: [Double], shift: [Double]) {
      let numbers = try channelNumbers(constant, axes: axes, channels: builder.shape(of: id).channels, node)
      switch operation {
      case .add: return ([1], numbers)
      case .subtract: return ([1], numbers.map { -$0 })
      case .multiply: return (numbers, [0])
      case .divide: return (numbers.map { 1 / $0 }, [0])
      }
    }
    switch value {
    case .picture(var picture):
      let (scale, shift) = try numbers(picture.axes, picture.node)
      picture.shift = Self.each(Self.each(picture.shift, scale, *), shift, +)
      picture.scale = Self.each(picture.scale, scale, *)
      return .picture(picture)
    case .convolution(var pending):
      let channels = pending.convolution.outChannels
      let all = try channelNumbers(constant, axes: Axis.nchw, channels: channels, node)
      let (scale, shift): ([Double], [Double]) =
        switch operation {
        case .add: ([1], all)
        case .subtract: ([1], all.map { -$0 })
        case .multiply: (all, [0])
        case .divide: (all.map { 1 / $0 }, [0])
        }
      pending.shift = Self.each(Self.each(pending.shift, scale, *), shift, +)
      pending.scale = Self.each(pending.scale, scale, *)
      if uses[node.output.first ?? ""] == 1 { return .convolution(pending) }
      return .activation(try emit(pending))
    case .statistic:
      // A small number beside the maximum, against a division by 0.
      guard operation == .add, constant.floats.allSatisfy({ abs($0) <= 1e-3 }) else {
        throw FormatError.unsupported("\(node.opType) of an extreme value and a constant is not supported")
      }
      return value
    case .activation, .view:
      var view = View(node: 0)
      if case .view(let known) = value { view = known } else { view.node = try activation(name) }
      let (scale, shift) = try numbers(view.axes, view.node)
      if shift.allSatisfy({ $0 == 0 }), scale.count == 1, scale[0].isFinite, scale[0] > 0 {
        view.gain *= scale[0]
        return .view(view)
      }
      let id = try affine(view.node, scale: scale.map { $0 * view.gain }, shift: shift, node)
      return .view(View(node: id, axes: view.axes, isStretched: view.isStretched))
    case .shifted, .weight, .constant:
      throw FormatError.unsupported("\(node.opType) of an activation and a constant is not supported here")
    }
  }

  private static func each(_ left: [Double], _ right: [Double], _ combine: (Double, Double) -> Double) -> [Double] {
    (0..<max(left.count, right.count)).map {
      combine(left[left.count == 1 ? 0 : $0], right[right.count == 1 ? 0 : $0])
    }
  }
}

// Extreme values.
extension ONNXImporter {
  private func view(of value: Value) -> View? {
    switch value {
    case .activation(let id): View(node: id)
    case .view(let view): view
    case .convolution, .picture, .statistic, .shifted, .weight, .constant: nil
    }
  }

  /// The largest or smallest element of each picture.
  mutating func statistic(_ node: ProtoOperator) throws -> Value {
    let name = try node.requiredInput(0)
    var value = try value(name)
    if case .convolution = value { value = .activation(try activation(name)) }
    let extents = try extents(of: value)
    let named = try integers(node, 1, "axes")
    let axes = node.opType == "GlobalMaxPool" ? [2, 3] : named ?? []
    let reduced = Set(axes.map { $0 < 0 ? $0 + extents.count : $0 })
    let kept = extents.indices.filter { !axes.isEmpty && !reduced.contains($0) && extents[$0] != 1 }
    let kind: Statistic.Kind = node.opType == "ReduceMin" ? .minimum : .maximum
    switch value {
    case .picture(let picture) where kept.allSatisfy({ picture.axes[$0] == .batch }):
      guard picture.isPlain, kind == .maximum else {
        throw FormatError.unsupported("it takes an extreme value of an input that was normalized before")
      }
      return .statistic(Statistic(kind: kind, node: nil))
    case .activation, .view:
      guard let view = view(of: value), kept.allSatisfy({ view.axes[$0] == .batch }) else { break }
      return .statistic(Statistic(kind: kind, node: view.node))
    default: break
    }
    throw FormatError.unsupported("it reduces only some axes, which is not supported")
  }

  /// The parts of (x − min) / (max − min) and of x / max; nil if this is none.
  private func stretched(_ left: Value, _ operation: HostTensor.Arithmetic, _ right: Value) throws -> Value? {
    switch (left, operation, right) {
    case (.statistic(let high), .subtract, .statistic(let low)):
      guard high.kind == .maximum, low.kind == .minimum, high.node == low.node, high.node != nil else { return nil }
      return .statistic(Statistic(kind: .range, node: high.node))
    case (.picture(var picture), .divide, .statistic(let high)):
      guard high.node == nil, high.kind == .maximum, picture.isPlain else { return nil }
      picture.dividesByMaximum = true
      return .picture(picture)
    case (.shifted(var view), .divide, .statistic(let range)):
      guard range.kind == .range, range.node == view.node else { return nil }
      view.gain = 1
      view.isStretched = true
      return .view(view)
    case (_, .subtract, .statistic(let low)):
      guard let view = view(of: left), low.kind == .minimum, low.node == view.node else { return nil }
      return .shifted(view)
    case (_, .divide, .statistic(let high)):
      guard var view = view(of: left), high.kind == .maximum, high.node == view.node, nonnegative.contains(view.node)
      else { return nil }
      view.gain = 1
      view.isStretched = true
      return .view(view)
    default: return nil
    }
  }

  /// ONNX `Clip`, `Max` with a constant, and `Round`.
  mutating func limited(_ node: ProtoOperator) throws -> Value {
    let name = try node.requiredInput(0)
    let value = try value(name)
    if node.opType == "Max" {
      guard case .statistic = value, node.input.count == 2, isConstant(node.input[1]) else {
        throw FormatError.unsupported("the operation Max is supported only of an extreme value and a constant")
      }
      return value
    }
    if case .statistic = value { return value }
    func bound(_ index: Int, _ attribute: String, _ open: Double) throws -> Double {
      if let name = node.optionalInput(index) { return try constant(name).floats.first ?? open }
      return node.attribute.contains { $0.name == attribute } ? Double(node.float(attribute, default: 0)) : open
    }
    let isRound = node.opType == "Round"
    let low = try isRound ? -.infinity : bound(1, "min", -.infinity)
    let high = try isRound ? .infinity : bound(2, "max", .infinity)
    if case .picture(let picture) = value {
      guard picture.isPlain, isRound ? model.takesIntegers : low <= 0 && high >= 1 else {
        throw FormatError.unsupported("it limits the picture to \(low) … \(high), which is not supported")
      }
      return value
    }
    var view: View
    if case .view(let known) = value { view = known } else { view = View(node: try activation(name)) }
    if isRound {
      guard view.gain >= 100 || steps.contains(view.node) else {
        throw FormatError.unsupported("the operation Round is supported only of values in 0 … 255")
      }
      return value
    }
    let isProbability = isBounded(view)
    let (lowest, highest) = (low / view.gain, high / view.gain)
    guard lowest <= highest else { throw FormatError.damaged("it limits values to \(low) … \(high)") }
    if lowest.isFinite, !(lowest <= 0 && (isProbability || nonnegative.contains(view.node))) {
      view.node = lowest == 0 ? view.node : try affine(view.node, scale: [1], shift: [-lowest], node, part: "low.")
      view.node = try id(of: emit(.relu, to: [view.node], node))
      view.node = lowest == 0 ? view.node : try affine(view.node, scale: [1], shift: [lowest], node, part: "back.")
    }
    if highest.isFinite, !(highest >= 1 && isProbability) {
      view.node = try affine(view.node, scale: [-1], shift: [highest], node, part: "high.")
      view.node = try id(of: emit(.relu, to: [view.node], node))
      view.node = try affine(view.node, scale: [-1], shift: [highest], node, part: "up.")
    }
    return .view(view)
  }

  /// Whether all values, without the factor, are in 0 … 1.
  private func isBounded(_ view: View) -> Bool {
    view.isStretched || steps.contains(view.node) || isSigmoid(view.node)
  }
}

// Thresholds.
extension ONNXImporter {
  /// The factor before each of the two sigmoids that stand for a step. Values 1e-7 beside the threshold become 0 or 1,
  /// up to 1e-4, and the products fit float16.
  private static let steepness = 32768.0

  /// A comparison of a map with a number, as two steep sigmoids.
  mutating func compared(_ node: ProtoOperator) throws -> Value {
    var names = try [node.requiredInput(0), node.requiredInput(1)]
    var isAbove = node.opType.hasPrefix("Greater")
    if isConstant(names[0]) {
      names.reverse()
      isAbove.toggle()
    }
    guard isConstant(names[1]), !isConstant(names[0]) else {
      throw FormatError.unsupported("\(node.opType) of two maps is not supported")
    }
    let number = try constant(names[1])
    guard number.count == 1, let threshold = number.floats.first, threshold.isFinite else {
      throw FormatError.unsupported("it compares a map with \(number.count) numbers")
    }
    var view: View
    switch try value(names[0]) {
    case .view(let known): view = known
    case .activation, .convolution: view = View(node: try activation(names[0]))
    default: throw FormatError.unsupported("\(node.opType) of the picture or its extreme values is not supported")
    }
    guard !view.isStretched else {
      throw FormatError.unsupported("it compares a map after stretching it to 0 … 1, which is not supported")
    }
    let factor = isAbove ? Self.steepness : -Self.steepness
    let steep = try affine(view.node, scale: [factor], shift: [-factor * threshold / view.gain], node)
    let soft = try id(of: emit(.sigmoid, to: [steep], node))
    let hard = try affine(soft, scale: [Self.steepness], shift: [-Self.steepness / 2], node)
    view.node = try id(of: emit(.sigmoid, to: [hard], node))
    view.gain = 1
    steps.insert(view.node)
    return .view(view)
  }

  /// ONNX `Not`, and `Where` with two numbers.
  mutating func chosen(_ node: ProtoOperator) throws -> Value {
    guard let view = try view(of: value(node.requiredInput(0))), steps.contains(view.node), view.gain == 1 else {
      throw FormatError.unsupported("\(node.opType) of anything but a comparison with a number is not supported")
    }
    var numbers = [0.0, 1.0]
    if node.opType == "Where" {
      numbers = try [1, 2].map { index in
        let name = try node.requiredInput(index)
        guard isConstant(name), try constant(name).count == 1, let number = try constant(name).floats.first else {
          throw FormatError.unsupported("it chooses between maps; only numbers are supported")
        }
        return number
      }
    }
    let (yes, no) = (numbers[0], numbers[1])
    if no == 0, yes > 0 { return .view(View(node: view.node, axes: view.axes, gain: yes)) }
    // Nonzero numbers up to 255 stay in 0 … 1, with a factor.
    let gain = yes > no || no <= 0 ? 1 : no
    let id = try affine(view.node, scale: [(yes - no) / gain], shift: [no / gain], node)
    if gain != 1 || (yes, no) == (0, 1) { steps.insert(id) }
    return .view(View(node: id, axes: view.axes, gain: gain))
  }
}
