extension String {
  /// Any bytes as text on one line. Bytes that are not UTF-8 are escaped as `\xE9`, and control characters as in
  /// `printable(atMost:)`.
  package init(printing bytes: [UInt8]) {
    if let text = String(validating: bytes, as: UTF8.self) {
      self = text.printable()
      return
    }
    var text = ""
    var (parser, rest, position) = (Unicode.UTF8.ForwardParser(), bytes.makeIterator(), 0)
    while true {
      switch parser.parseScalar(from: &rest) {
      case .valid(let units):
        text.unicodeScalars.append(Unicode.UTF8.decode(units))
        position += units.count
      case .error(let length):
        for byte in bytes[position..<position + length] { text += "\\x" + [byte].hexadecimal.uppercased() }
        position += length
      case .emptyInput:
        self = text.printable()
        return
      }
    }
  }

  /// The text on one line, for messages that quote a file or its name. Control characters, line separators and
  /// bidirectional controls are escaped: `\n`, `\t`, `\u{202E}`. A combining mark at the beginning is preceded by a
  /// space, because it would change the quotation mark before it.
  ///
  /// - Parameter count: the most Unicode scalars to keep; an ellipsis replaces the rest.
  package func printable(atMost count: Int = .max) -> String {
    let isPlain = utf8.count <= count && utf8.allSatisfy { 0x20..<0x7F ~= $0 }
    if isPlain { return self }
    var result = UnicodeScalarView()
    if let first = unicodeScalars.first, first.properties.isCombining { result.append(" ") }
    var left = count
    for scalar in unicodeScalars {
      guard left > 0 else {
        result.append("…")
        break
      }
      left -= 1
      if scalar.properties.breaksLines || scalar.turnsDirection {
        result.append(contentsOf: scalar.escape.unicodeScalars)
      } else {
        result.append(scalar)
      }
    }
    return String(result)
  }
}

extension Unicode.Scalar {
  fileprivate var escape: String {
    switch self {
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    default: "\\u{\(String(value, radix: 16, uppercase: true))}"
    }
  }

  /// Whether the scalar is an embedding, override or isolate of the bidirectional algorithm, which reorders the rest of
  /// a line.
  fileprivate var turnsDirection: Bool { 0x202A...0x202E ~= value || 0x2066...0x2069 ~= value }
}

extension Unicode.Scalar.Properties {
  fileprivate var breaksLines: Bool {
    switch generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }

  fileprivate var isCombining: Bool {
    switch generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: true
    default: false
    }
  }
}
