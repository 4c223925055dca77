public import U2Net

/// What a request wants to be made of its picture: the options of `u2cl run`, by the same names.
public struct ResultOptions: Sendable {
  /// Why an option cannot be used: 400.
  public struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
    /// One line that names the option.
    public let description: String
  }

  /// The name of the model; nil for that of the server.
  public var model: String?
  /// The device, as `u2cl run` takes it; nil for any.
  public var device: String?
  /// The side of the network's input that the client expects; nil if it expects none.
  public private(set) var size: Int?
  /// How pictures are prepared.
  public private(set) var preparation = DetectorKey.Preparation()
  /// The encoded picture behind a composite; nil for a colour.
  public private(set) var backdropFile: [UInt8]?
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

  /// Whether the client has named a format.
  public var hasFormat: Bool { given.contains("format") }

  /// Takes a format that the client has not named, but accepts.
  public mutating func choose(_ format: PictureFormat) { encoding.format = format }

  /// Takes a picture as the value of an option: `over`.
  ///
  /// - Throws: `Problem` if the option takes no picture, or if it was taken before.
  public mutating func set(_ name: String, toFile bytes: [UInt8]) throws(Problem) {
    guard given.insert(name).inserted else { throw Problem(description: "the option \(name) is there twice") }
    guard name == "over" else { throw Problem(description: "only over takes a picture") }
    guard !bytes.isEmpty else { throw Problem(description: "the picture of over is empty") }
    backdropFile = bytes
  }

  /// Takes an option.
  ///
  /// - Throws: `Problem` if there is no such option, if it was taken before, or if its value is out of range.
  public mutating func set(_ name: String, to value: String) throws(Problem) {
    guard Self.names.contains(name) else {
      // The name comes from the client and is not repeated.
      throw Problem(
        description: "there is an option that the server does not have; it has: \(Self.names.joined(separator: ", "))")
    }
    guard given.insert(name).inserted else { throw Problem(description: "the option \(name) is there twice") }
    if try setComposition(name, value) { return }
    if try setPreparation(name, value) { return }
    switch name {
    case "model": model = value
    case "device": device = value
    case "output": composition.kind = try Self.value(name, of: Composition.Kind(rawValue: value), Self.kinds)
    case "format":
      let format = Self.formats[value].flatMap { Self.writableFormats.contains($0) ? $0 : nil }
      encoding.format = try Self.value(name, of: format, Self.writableFormats.map { $0.rawValue.lowercased() })
    case "quality": encoding.quality = try Self.number(name, value, in: 1...100)
    case "keep-metadata": encoding.keepsMetadata = try Self.flag(name, value)
    default: preconditionFailure("the option \(name) has a name and no meaning")
    }
  }

  /// The names of all options.
  public static let names = [
    "background", "blur-radius", "color", "device", "feather", "format", "invert", "keep-metadata", "margin", "matting",
    "model", "output", "over", "quality", "refine", "resample", "resample-mask", "size", "stretch", "threshold", "trim",
  ]

  /// Takes an option about how pictures become the network's input; false if the option is another.
  private mutating func setPreparation(_ name: String, _ value: String) throws(Problem) -> Bool {
    switch name {
    case "background": composition.background = try Self.color(name, value)
    case "stretch": preparation.stretches = try Self.flag(name, value)
    case "resample": preparation.resampling = try Self.resampling(name, value)
    case "resample-mask": preparation.maskResampling = try Self.resampling(name, value)
    case "size": size = try Self.number(name, value, in: 1...8192)
    default: return false
    }
    return true
  }

  /// Takes an option about what is made of the mask; false if the option is another.
  private mutating func setComposition(_ name: String, _ value: String) throws(Problem) -> Bool {
    switch name {
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
    default: return false
    }
    return true
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

  /// The formats that can be written here: some take libraries that may be missing.
  public static let writableFormats: [PictureFormat] = [.png, .webp, .jpeg, .avif, .tiff].filter { format in
    let pixel = Picture(size: Size(height: 1, width: 1), hasAlpha: false, samples: .bits8([0, 0, 0]))
    return (try? pixel.encoded(EncodingOptions(format), name: "pixel")) != nil
  }

  private static let kinds = Composition.Kind.allCases.map(\.rawValue)
  static let formats: [String: PictureFormat] = [
    "png": .png, "jpeg": .jpeg, "jpg": .jpeg, "webp": .webp, "avif": .avif, "tiff": .tiff,
  ]

  private static func value<Value>(_ name: String, of value: Value?, _ values: [String]) throws(Problem) -> Value {
    guard let value else { throw Problem(description: "\(name) is one of \(values.joined(separator: ", "))") }
    return value
  }

  private static func resampling(_ name: String, _ text: String) throws(Problem) -> Resampling {
    try value(name, of: Resampling(rawValue: text), Resampling.allCases.map(\.rawValue))
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
