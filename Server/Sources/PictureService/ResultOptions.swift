public import U2Net

/// What a request wants to be made of its picture: the options of `u2cl run`, by the same names.
public struct ResultOptions: Sendable {
  /// Why an option cannot be used: 400.
  public struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
    /// One line that names the option.
    public let description: String
  }

  /// The name of the model.
  public var model = DetectorLoader.builtInName
  /// What is made.
  public private(set) var composition: Composition
  /// The format of the result.
  public private(set) var encoding = EncodingOptions(.png)
  /// Whether edges follow those of the picture; nil for the default of the kind.
  private var refines: Bool?
  private var usesMatting = false
  private var trims: Bool?
  private var margin: Composition.Trim?
  private var given: Set<String> = []

  /// Creates the options of a request that states none.
  public init(_ kind: Composition.Kind) { composition = Composition(kind) }

  /// Takes an option.
  ///
  /// - Throws: `Problem` if there is no such option, if it was taken before, or if its value is out of range.
  public mutating func set(_ name: String, to value: String) throws(Problem) {
    guard given.insert(name).inserted else { throw Problem(description: "the option \(name) is there twice") }
    switch name {
    case "model": model = value
    case "output": composition.kind = try Self.value(name, of: Composition.Kind(rawValue: value), Self.kinds)
    case "format": encoding.format = try Self.value(name, of: Self.formats[value], Self.formats.keys.sorted())
    case "quality": encoding.quality = try Self.number(name, value, in: 1...100)
    case "keep-metadata": encoding.keepsMetadata = try Self.flag(name, value)
    case "refine": refines = try Self.flag(name, value)
    case "matting": usesMatting = try Self.flag(name, value)
    case "threshold": composition.threshold = try Self.number(name, value, in: 0...1)
    case "feather": composition.feather = try Self.number(name, value, in: 0...1000)
    case "invert": composition.isInverted = try Self.flag(name, value)
    case "trim": trims = try Self.flag(name, value)
    case "margin": margin = try Self.margin(name, value)
    case "over": composition.backdrop = .color(try Self.color(name, value))
    case "blur-radius": composition.blurRadius = try Self.number(name, value, in: 0.5...5000)
    case "color": composition.color = try Self.color(name, value)
    default:
      // The name comes from the client and is not repeated.
      throw Problem(description: "there is an option that the server does not have")
    }
  }

  /// Checks what goes together, when every option has been taken.
  ///
  /// - Throws: `Problem` if two options exclude each other.
  public mutating func finish() throws(Problem) {
    if usesMatting, refines == false { throw Problem(description: "matting and refine=false exclude each other") }
    if margin != nil, trims == false { throw Problem(description: "margin and trim=false exclude each other") }
    try refuse("over", but: [.composite])
    try refuse("blur-radius", but: [.blur])
    try refuse("color", but: [.overlay, .contour])
    if encoding.format == .jpeg, composition.kind.hasAlpha {
      throw Problem(description: "JPEG has no transparency; ask for png or webp")
    }
    composition.trim = margin ?? (trims == true ? Composition.Trim() : nil)
    composition.edges = usesMatting ? .matted : refines.map { $0 ? .refined : .interpolated }
  }

  /// What the device computes for the picture.
  public var need: DetectionInput.Need {
    let edges = composition.edges ?? composition.kind.defaultEdges
    switch edges {
    case .matted: return .map
    case .interpolated: return .mask
    case .refined:
      let isPlain = composition.threshold == nil && composition.feather <= 0 && !composition.isInverted
      guard isPlain, [.cutout, .composite, .blur].contains(composition.kind) else { return .refinedMatte }
      return .refinedCutout(withMatte: composition.kind == .blur || composition.trim != nil)
    }
  }

  private func refuse(_ name: String, but kinds: [Composition.Kind]) throws(Problem) {
    guard given.contains(name), !kinds.contains(composition.kind) else { return }
    let names = kinds.map(\.rawValue).joined(separator: " or ")
    throw Problem(description: "\(name) goes with output=\(names)")
  }

  private static let kinds = Composition.Kind.allCases.map(\.rawValue)
  private static let formats: [String: PictureFormat] = [
    "png": .png, "jpeg": .jpeg, "jpg": .jpeg, "webp": .webp, "avif": .avif, "tiff": .tiff,
  ]

  private static func value<Value>(_ name: String, of value: Value?, _ values: [String]) throws(Problem) -> Value {
    guard let value else { throw Problem(description: "\(name) is one of \(values.joined(separator: ", "))") }
    return value
  }

  private static func flag(_ name: String, _ text: String) throws(Problem) -> Bool {
    try value(name, of: ["true": true, "1": true, "false": false, "0": false][text], ["true", "false"])
  }

  private static func number<Number: LosslessStringConvertible & Comparable>(
    _ name: String, _ text: String, in range: ClosedRange<Number>
  ) throws(Problem) -> Number {
    guard let number = Number(text), range.contains(number) else {
      throw Problem(description: "\(name) goes from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  private static func color(_ name: String, _ text: String) throws(Problem) -> Color {
    let digits = text.hasPrefix("#") ? text.dropFirst() : text[...]
    guard digits.utf8.count == 6, digits.allSatisfy(\.isHexDigit), let value = UInt32(digits, radix: 16) else {
      throw Problem(description: "\(name) is a colour, RRGGBB")
    }
    return Color(
      red: UInt8(truncatingIfNeeded: value >> 16), green: UInt8(truncatingIfNeeded: value >> 8),
      blue: UInt8(truncatingIfNeeded: value))
  }

  private static func margin(_ name: String, _ text: String) throws(Problem) -> Composition.Trim {
    if text.hasSuffix("%") {
      return Composition.Trim(fraction: try number(name, String(text.dropLast()), in: 0.0...1000) / 100)
    }
    return Composition.Trim(pixels: try number(name, text, in: 0...1_000_000))
  }
}
