internal import Serving
internal import U2Net

/// The decoded pictures of a request.
struct DecodedInput: Sendable {
  /// The picture.
  let picture: Picture
  /// The picture behind a composite; nil if there is none.
  let backdrop: Picture?
  /// What the device computes.
  let detection: DetectionInput

  /// Decodes the pictures of a request.
  ///
  /// - Throws: `PictureError` if one of them cannot be decoded.
  init(_ file: [UInt8], _ options: ResultOptions, pixelLimit: Int) throws(PictureError) {
    picture = try Picture(decoding: file, name: "image", pixelLimit: pixelLimit)
    backdrop = try options.backdropFile.map { file throws(PictureError) in
      try Picture(decoding: file, name: "over", pixelLimit: pixelLimit)
    }
    // A network has one background, white. Another one is laid under the picture before the network sees it; the result
    // is made of the transparent picture, on the host.
    let background = options.composition.background
    if picture.hasAlpha, background != .white {
      let need: DetectionInput.Need = options.need == .mask ? .mask : .map
      detection = DetectionInput(picture: picture.flattened(over: background), need: need)
    } else {
      detection = DetectionInput(picture: picture, need: options.need)
    }
  }
}

/// The encoded result of a request.
struct EncodedResult: Sendable {
  /// The encoded file.
  let bytes: [UInt8]
  /// The size of the result.
  let size: Size
  /// What the user should know about it; one clause each.
  let notes: [String]

  /// Makes and encodes the result, as `u2cl run` does.
  ///
  /// - Throws: `PictureService.Problem`, `Failure` or `PictureError` if that cannot be done.
  init(_ input: DecodedInput, _ options: ResultOptions, _ found: Found) throws {
    if let labels = try Self.labels(options.composition, found) {
      (bytes, size) = (try labels.colored.encoded(options.encoding, name: "the result"), labels.size)
      notes = []
      return
    }
    var composition = options.composition
    if let backdrop = input.backdrop { composition.backdrop = .picture(backdrop) }
    let rendering = try found.output.rendering(of: input.picture, by: composition)
    size = rendering.content.size
    notes = rendering.notes + [Self.note(on: found.output.confidence, options)].compactMap { $0 }
    bytes = try rendering.encoded(options.encoding, name: "the result")
  }

  /// The classes that a parsing model's mask is made of; nil for other models and compositions.
  private static func labels(_ composition: Composition, _ found: Found) throws -> LabelMap? {
    guard composition.kind == .mask, case .detection(let detection) = found.output, found.task == .parsing else {
      return nil
    }
    guard !composition.isInverted else {
      throw PictureService.Problem.model("the model writes classes, which have no inverse; leave out invert")
    }
    return try detection.labels()
  }

  /// What is said of a picture in which nothing stands out; nil for any other.
  private static func note(on confidence: Confidence?, _ options: ResultOptions) -> String? {
    guard let confidence, !confidence.standsOut else { return nil }
    let found = "nothing stands out (largest probability \(FixedText.text(Double(confidence.maximum), digits: 4)))"
    return options.preparation.stretches
      ? "\(found); the result shows stretched noise, which stretch=false avoids" : found
  }
}

extension Rendering.Content {
  /// The size in pixels.
  var size: Size {
    switch self {
    case .mask(let mask): mask.size
    case .picture(let picture): picture.size
    }
  }
}

/// Numbers with a fixed number of decimals.
public enum FixedText {
  /// A number that is not negative as text: `0.0312`.
  public static func text(_ number: Double, digits: Int) -> String {
    guard number.isFinite, number >= 0, number < 1e12 else { return "\(number)" }
    var scale = 1
    for _ in 0..<digits { scale *= 10 }
    let value = Int((number * Double(scale)).rounded())
    guard digits > 0 else { return "\(value)" }
    let fraction = String(value % scale)
    return "\(value / scale)." + String(repeating: "0", count: digits - fraction.utf8.count) + fraction
  }
}
