extension ProtoOperator {
  /// The node's name, or its first output's if it has none.
  var label: String { name.isEmpty ? output.first ?? "" : name }

  private func attribute(_ name: String) -> ProtoAttribute? { attribute.first { $0.name == name } }

  func integer(_ name: String, default value: Int) -> Int { attribute(name).map { Int(clamping: $0.i) } ?? value }

  func integers(_ name: String) -> [Int]? { attribute(name).map { $0.ints.map { Int(clamping: $0) } } }

  func float(_ name: String, default value: Float) -> Float { attribute(name)?.f ?? value }

  func floats(_ name: String) -> [Float]? { attribute(name)?.floats }

  func text(_ name: String, default value: String) -> String {
    attribute(name).map { String(decoding: $0.s, as: UTF8.self) } ?? value
  }

  func tensor(_ name: String) -> ProtoTensor? { attribute(name)?.t }

  /// The name of an optional input; nil if it is left out.
  func optionalInput(_ index: Int) -> String? {
    index < input.count && !input[index].isEmpty ? input[index] : nil
  }

  /// The name of an input.
  ///
  /// - Throws: `FormatError` if it is left out.
  func requiredInput(_ index: Int) throws -> String {
    guard let name = optionalInput(index) else { throw FormatError.damaged("its input \(index) is left out") }
    return name
  }

  /// An attribute with the same number for both axes, such as `[2, 2]`.
  ///
  /// - Throws: `FormatError` if the axes differ, or the number is not in 1 … 1024.
  func square(_ name: String, default value: Int) throws -> Int {
    guard let both = integers(name) else { return value }
    guard both.count == 2, both[0] == both[1] else {
      throw FormatError.unsupported("its \(name) \(both) differs between the axes")
    }
    guard 1...1024 ~= both[0] else { throw FormatError.damaged("its \(name) is \(both[0])") }
    return both[0]
  }

  /// Whether there is no padding.
  ///
  /// - Throws: `FormatError` if the padding is automatic.
  func hasNoPads() throws -> Bool {
    let automatic = text("auto_pad", default: "NOTSET")
    guard automatic == "NOTSET" || automatic == "VALID" else {
      throw FormatError.unsupported("its padding \(automatic) is not supported; export explicit pads")
    }
    return automatic == "VALID" || (integers("pads") ?? []).allSatisfy { $0 == 0 }
  }

  /// The padding, the same on all four sides.
  ///
  /// - Throws: `FormatError` if the sides differ or the padding is automatic.
  func evenPadding() throws -> Int {
    guard try !hasNoPads(), let pads = integers("pads") else { return 0 }
    guard pads.count == 4, let first = pads.first, pads.allSatisfy({ $0 == first }) else {
      throw FormatError.unsupported("its pads \(pads) differ between the sides")
    }
    guard 0...4096 ~= first else { throw FormatError.damaged("its padding is \(first)") }
    return first
  }
}
