import ArgumentParser
import Compositing
import Files
import Pictures
import U2Net

/// What `u2cl run` makes of a picture and its mask, and how the result is stored.
struct OutputOptions: ParsableArguments {
  @Option(
    name: [.customShort("o"), .customLong("to")],
    help: ArgumentHelp(
      "File of the result, folder if there are many, or - for standard output. Beside the picture by default.",
      valueName: "path"))
  var path: FilePath?

  @Option(
    name: .customLong("name"),
    help: ArgumentHelp(
      """
      How results are named: text with {stem}, {ext}, {name} (stem and ext), {kind} and {folder}, such as \
      '{name}.{kind}'. By default '{stem}.{kind}'.
      """, valueName: "template"))
  var template: FilePath?

  @Option(name: .customLong("output"), help: ArgumentHelp("What is made of each picture.", valueName: "kind"))
  var kind = Composition.Kind.mask

  @Flag(
    name: [.customLong("om", withSingleDash: true), .customLong("only-mask")],
    help: "Make the mask. This is the default; the flag is there for users of rembg.")
  var onlyMask = false

  @Option(
    help: ArgumentHelp(
      "File format if the name of the result does not tell; png by default. PNG keeps 16 bits.", valueName: "format"))
  var format: PictureFormat?

  @Option(
    help: ArgumentHelp("Quality of JPEG, WebP and AVIF, 1 to 100; WebP is lossless at 100.", valueName: "quality"))
  var quality = EncodingOptions.standardQuality

  @Flag(
    inversion: .prefixedNo,
    help: "Make edges follow those of the picture. By default for every kind except mask and heatmap.")
  var refine: Bool?

  @Flag(help: "Solve for alpha around the edges by closed-form matting: finer than --refine, and slower.")
  var matting = false

  @Option(
    help: ArgumentHelp(
      "Alpha from which a pixel is opaque, 0 to 1; below it a pixel is transparent.", valueName: "alpha"))
  var threshold: Double?

  @Option(help: ArgumentHelp("Width of the feathered edge, 0 to 1000 pixels.", valueName: "pixels"))
  var feather: Number = 0.0

  @OptionGroup var mask: MaskOptions

  @Flag(help: "Crop the result to the smallest rectangle around what is kept; not if nothing stands out.")
  var trim = false

  @Option(
    help: ArgumentHelp(
      "Margin around that rectangle: pixels, or a percentage of its longer side, such as 5%. Implies --trim.",
      valueName: "margin"))
  var margin: Margin?

  @Option(
    help: ArgumentHelp(
      "Background of a composite: a colour (RRGGBB) or a picture. White by default.", valueName: "colour or file"))
  var over: FilePath?

  @Option(
    help: ArgumentHelp(
      "Radius of the blur, 0.5 to 5000 pixels. By default 1/50 of the picture's longer side.", valueName: "pixels"))
  var blurRadius: Double?

  @Option(
    help: ArgumentHelp("Colour of the overlay and of the contour. FF0060 by default.", valueName: "RRGGBB"))
  var color: Color?

  @Option(help: ArgumentHelp("Write every map of the network, d0 to d6, into this folder, too.", valueName: "folder"))
  var sideMaps: FilePath?

  @Flag(help: "Keep EXIF and XMP metadata. The ICC profile is always kept.")
  var keepMetadata = false

  /// What is computed for each picture.
  var needed: DetectionOutput {
    if matting || sideMaps != nil { return .maps }
    guard refine ?? (kind.defaultEdges == .refined) else { return .masks }
    let isPlain = threshold == nil && feather.value <= 0 && !mask.invert
    guard isPlain, [.cutout, .composite, .blur].contains(kind) else { return .refinedMattes }
    return .refinedCutouts(withMattes: kind == .blur || trim || margin != nil)
  }

  func validate() throws {
    if let template { _ = try ResultName(template) }
    if onlyMask && kind != .mask { throw ValidationError("-om and --output \(kind.rawValue) exclude each other") }
    guard (1...100).contains(quality) else { throw ValidationError("--quality goes from 1 to 100") }
    if matting, refine == false { throw ValidationError("--matting and --no-refine exclude each other") }
    if let threshold, !(0...1).contains(threshold) { throw ValidationError("--threshold goes from 0 to 1") }
    guard (0...1000).contains(feather.value) else { throw ValidationError("--feather goes from 0 to 1000 pixels") }
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

  /// The composition of every picture.
  ///
  /// - Throws: `Failure` if the background picture cannot be read.
  func composition(background: Color) throws(Failure) -> Composition {
    var composition = Composition(kind)
    composition.edges = matting ? .matted : refine.map { $0 ? .refined : .interpolated }
    composition.threshold = threshold
    composition.feather = feather.value
    composition.isInverted = mask.invert
    if let over { composition.backdrop = try Self.backdrop(over) }
    composition.blurRadius = blurRadius
    if let color { composition.color = color }
    if trim || margin != nil { composition.trim = margin?.trim ?? Composition.Trim() }
    composition.background = background
    return composition
  }

  private static func backdrop(_ name: FilePath) throws(Failure) -> Backdrop {
    if let color = Color(argument: name.string) { return .color(color) }
    return .picture(try InputPicture(name).picture().picture)
  }

  /// The file of the background picture, which must not be overwritten; nil if there is none.
  var backdropFile: FilePath? { over.flatMap { Color(argument: $0.string) == nil ? $0 : nil } }

  /// How results are named.
  var resultName: ResultName { template.flatMap { try? ResultName($0) } ?? .usual }

  /// How the result is stored.
  ///
  /// - Parameter file: the file that the user has named; nil for standard output and for names of our own.
  /// - Throws: `Failure` if the name tells no format, or one that cannot hold the result.
  func encoding(of file: FilePath?) throws(Failure) -> EncodingOptions {
    var format = format ?? .png
    if let file {
      guard let named = PictureFormat(fileName: file) else {
        throw Failure(.usage, "\(file): the name says no format; end it in .png, .jpg, .webp, .tif or .avif")
      }
      if let wanted = self.format, wanted != named {
        throw Failure(.usage, "\(file) says \(named.rawValue) and --format \(wanted.rawValue); leave out --format")
      }
      format = named
    } else if let named = resultName.format {
      if let wanted = self.format, wanted != named {
        throw Failure(.usage, "--name says \(named.rawValue) and --format \(wanted.rawValue); leave out --format")
      }
      format = named
    }
    if format == .jpeg, kind.hasAlpha {
      throw Failure(.usage, "\(file?.description ?? "--name"): \(Self.opaque(kind))")
    }
    return EncodingOptions(format, quality: quality, keepsMetadata: keepMetadata)
  }
}
