public import Serving
public import U2Net

/// A cut-out as an order wants it.
public struct CutoutAnswer: Sendable {
  /// One file, or the colours and alpha.
  public enum Files: Sendable {
    /// One file.
    case one([UInt8], PictureFormat)
    /// The colours as JPEG, and alpha as PNG.
    case colorAndAlpha(color: [UInt8], alpha: [UInt8])
  }

  /// The files.
  public let files: Files
  /// The size of the result.
  public let size: Size
  /// The box of the foreground in the result.
  public let foreground: PixelBox
  /// How sure the network is that something stands out; nil if the model's task is another.
  public let confidence: Confidence?
  /// The name of the model.
  public let model: String
  /// The name of the device.
  public let device: String
}

extension PictureService {
  /// Cuts out the foreground of a picture.
  ///
  /// - Parameters:
  ///   - file: the encoded picture.
  ///   - order: what is made of it.
  ///   - place: the request's place, which claims the pixels.
  ///   - deadline: when the result is no longer wanted.
  /// - Returns: the cut-out; nil if nothing stands out.
  public func cutout(
    of file: [UInt8], _ order: CutoutOrder, in place: Admission.Place, by deadline: ContinuousClock.Instant
  ) async throws(Problem) -> CutoutAnswer? {
    let key = try detector(of: order.model)
    let slot = try await slot(by: deadline)
    defer { withExtendedLifetime(slot) {} }
    let decoded = try await picture(decoding: file, in: place, by: deadline)
    var backdrop: Picture?
    if case .picture(let bytes) = order.background {
      backdrop = try await picture(decoding: bytes, name: "background", in: place, by: deadline)
    }
    let whole =
      decoded.size.height * decoded.size.width <= order.pixelLimit
      ? decoded : try await preparing(by: deadline) { decoded.fitting(pixels: order.pixelLimit) }
    let box = try order.region.map { region throws(Problem) in
      guard let box = region.box(in: whole.size) else { throw .picture("the region of interest has no pixels") }
      return box
    }
    let picture = box.map { whole.part($0) } ?? whole
    let found = try await detection(
      in: picture, .refinedCutout(withMatte: false), with: key, by: deadline)
    guard found.output.confidence?.standsOut ?? true else { return nil }
    let background = backdrop
    return try await finishing(by: deadline) {
      let work = CutoutWork(order: order, model: key.model, whole: whole, region: box, background: background)
      return try work.answer(picture, found)
    }
  }
}

/// Makes the files of an order.
private struct CutoutWork {
  let order: CutoutOrder
  let model: String
  let whole: Picture
  let region: PixelBox?
  let background: Picture?

  func answer(_ picture: Picture, _ found: Found) throws -> CutoutAnswer? {
    let rendering = try found.output.rendering(of: picture, by: Composition(.cutout))
    guard case .picture(let cutout) = rendering.content else { return nil }
    var layers = Layers(cutout: cutout, original: picture)
    if let region {
      var canvas = Layers(cutout: whole.withoutAlpha, original: whole)
      canvas.paste(layers, left: region.columns.lowerBound, top: region.rows.lowerBound)
      layers = canvas
    }
    guard let box = layers.bounds else { return nil }
    layers = layers.placed(order, box)
    guard let foreground = layers.bounds else { return nil }
    let files = try files(of: layers)
    return CutoutAnswer(
      files: files, size: layers.size, foreground: foreground, confidence: found.output.confidence, model: model,
      device: found.device.name)
  }

  private func files(of layers: Layers) throws -> CutoutAnswer.Files {
    var layers = layers
    switch order.background {
    case .none: break
    case .color(let color): layers = layers.composited(over: PlainRows(size: layers.size, color: color))
    case .picture: if let background { layers = layers.composited(over: background.covering(layers.size)) }
    }
    switch order.format {
    case .automatic:
      let isPNG = order.isAlphaOnly || layers.isTransparent
      return try one(layers, isPNG ? .png : .jpeg)
    case .one(let format): return try one(layers, format)
    case .colorAndAlpha:
      return .colorAndAlpha(
        color: try encoded(layers.opaque, .jpeg), alpha: try layers.mask.encoded(EncodingOptions(.png), name: "alpha"))
    }
  }

  private func one(_ layers: Layers, _ format: PictureFormat) throws -> CutoutAnswer.Files {
    if order.isAlphaOnly { return .one(try layers.mask.encoded(EncodingOptions(format), name: "the result"), format) }
    // JPEG has no alpha; the encoder lays the picture over white.
    return .one(try encoded(layers.isTransparent ? layers.picture : layers.opaque, format), format)
  }

  private func encoded(_ picture: Picture, _ format: PictureFormat) throws -> [UInt8] {
    var picture = picture
    if background == nil { picture.iccProfile = whole.iccProfile }
    return try picture.encoded(EncodingOptions(format), name: "the result")
  }
}

extension Picture {
  /// A picture of this size of which nothing is visible.
  fileprivate var withoutAlpha: Picture {
    Picture(
      size: size, hasAlpha: true, samples: .bits8([UInt8](repeating: 0, count: size.height * size.width * 4)))
  }
}
