public import ArgumentParser
public import U2Net

/// What 'u2cl run' makes of a picture and its mask, and how that is stored.
struct OutputOptions: ParsableArguments {
  @Option(
    name: .customLong("output"),
    help: "What is made: \(Composition.Kind.allCases.map(\.rawValue).joined(separator: ", ")).")
  var kind = Composition.Kind.mask

  @Flag(
    name: [.customLong("om", withSingleDash: true), .customLong("only-mask")],
    help: "Make the mask, as is done without being told; for those who are used to rembg.")
  var onlyMask = false

  @Option(help: "png, jpeg or webp, where no file's name says it; PNG keeps 16 bits.")
  var format: PictureFormat?

  @Option(help: "Of JPEG and WebP, 1 … 100; WebP is lossless at 100.")
  var quality = EncodingOptions.standardQuality

  @Flag(
    inversion: .prefixedNo, help: "Edges that follow the picture's; without being told for all but mask and heatmap.")
  var refine: Bool?

  @Flag(help: "Solve for alpha around the edges by closed-form matting: finer than --refine, and slower.")
  var matting = false

  @Option(help: "Make alpha full from this value on and empty below, 0 … 1.")
  var threshold: Double?

  @Option(help: "Soften edges by so many pixels.")
  var feather = 0.0

  @Flag(help: "Keep only the rectangle around the object.")
  var trim = false

  @Option(help: "Keep so much more around it: pixels, or 5% of its longer side; implies --trim.")
  var margin: Margin?

  @Option(help: "What a composite lies on: RRGGBB or a picture's file; white unless told.")
  var over: String?

  @Option(help: "The radius of a blurred background in pixels; a fiftieth of the picture's longer side unless told.")
  var blurRadius: Double?

  @Option(help: "The overlay's tint and the contour's line: RRGGBB.")
  var color: Color?

  @Flag(help: "Keep EXIF and XMP; the ICC profile is always kept.")
  var keepMetadata = false

  /// What will be asked of what is found.
  var need: RequestedOutput {
    if matting { return .maps }
    return refine ?? (kind.standardEdges == .refined) ? .refinedMattes : .masks
  }

  func validate() throws {
    if onlyMask && kind != .mask { throw ValidationError("-om and --output \(kind.rawValue) exclude each other") }
    guard (1...100).contains(quality) else { throw ValidationError("--quality goes from 1 to 100") }
    if matting, refine == false { throw ValidationError("--matting and --no-refine exclude each other") }
    if let threshold, !(0...1).contains(threshold) { throw ValidationError("--threshold goes from 0 to 1") }
    guard (0...1000).contains(feather) else { throw ValidationError("--feather goes from 0 to 1000 pixels") }
    if let blurRadius, !(0.5...5000).contains(blurRadius) {
      throw ValidationError("--blur-radius goes from 0.5 to 5000 pixels")
    }
    try refuse("--over", over != nil, but: [.composite])
    try refuse("--blur-radius", blurRadius != nil, but: [.blur])
    try refuse("--color", color != nil, but: [.overlay, .contour])
    if format == .jpeg, kind.hasAlpha { throw ValidationError(Self.opaque(kind)) }
  }

  private func refuse(_ option: String, _ isGiven: Bool, but kinds: [Composition.Kind]) throws {
    guard isGiven, !kinds.contains(kind) else { return }
    throw ValidationError("\(option) goes with --output \(kinds.map(\.rawValue).joined(separator: " or "))")
  }

  private static func opaque(_ kind: Composition.Kind) -> String {
    "JPEG has no transparency; write a \(kind.rawValue) as .png or .webp"
  }

  /// What is made of every picture.
  ///
  /// - Throws: `Failure` where the picture to lay it over cannot be read.
  func composition(background: Color) throws(Failure) -> Composition {
    var composition = Composition(kind)
    composition.edges = matting ? .matted : refine.map { $0 ? .refined : .interpolated }
    composition.threshold = threshold
    composition.feather = feather
    if let over { composition.backdrop = try Self.backdrop(over) }
    composition.blurRadius = blurRadius
    if let color { composition.color = color }
    if trim || margin != nil { composition.trim = margin?.trim ?? Composition.Trim() }
    composition.background = background
    return composition
  }

  private static func backdrop(_ text: String) throws(Failure) -> Backdrop {
    if let color = Color(argument: text) { return .color(color) }
    return .picture(try InputPicture(text).picture().picture)
  }

  /// The file that a composite lies on; nothing may be written over it.
  var backdropFile: String? { over.flatMap { Color(argument: $0) == nil ? $0 : nil } }

  /// `cutout.png`: what comes after the picture's name where no name is given.
  var suffix: String { "\(kind.rawValue).\((format ?? .png).fileExtension)" }

  /// How what is made is stored in a file of that name; nil is standard output, or a name that is ours.
  ///
  /// - Throws: `Failure` where the name says no format, or one that cannot hold it.
  func encoding(of file: String?) throws(Failure) -> EncodingOptions {
    var format = format ?? .png
    if let file {
      guard let named = PictureFormat(fileName: file) else {
        throw Failure(.usage, "\(file): the name says no format; end it in .png, .jpg or .webp")
      }
      if let wanted = self.format, wanted != named {
        throw Failure(.usage, "\(file) says \(named.rawValue) and --format \(wanted.rawValue); leave out --format")
      }
      format = named
    }
    if format == .jpeg, kind.hasAlpha { throw Failure(.usage, "\(file ?? ""): \(Self.opaque(kind))") }
    return EncodingOptions(format, quality: quality, keepsMetadata: keepMetadata)
  }
}

extension Composition.Kind: ExpressibleByArgument {}

extension PictureFormat: ExpressibleByArgument {
  /// `png`, `jpeg`, `jpg` or `webp`.
  public init?(argument: String) { self.init(fileName: "." + argument) }

  /// What help and messages offer.
  public static var allValueStrings: [String] { ["png", "jpeg", "webp"] }
}

/// What is kept around an object: `20` pixels or `5%` of its longer side.
struct Margin: ExpressibleByArgument {
  let trim: Composition.Trim

  init?(argument: String) {
    if argument.hasSuffix("%") {
      guard let percent = Double(argument.dropLast()), (0...1000).contains(percent) else { return nil }
      trim = Composition.Trim(fraction: percent / 100)
    } else {
      guard let pixels = Int(argument), (0...1_000_000).contains(pixels) else { return nil }
      trim = Composition.Trim(pixels: pixels)
    }
  }
}
