public import Serving
internal import U2Net

/// What rembg makes of a picture.
public struct RembgOrder: Sendable, Equatable {
  /// The kinds of results.
  public enum Result: Sendable, Equatable {
    /// The mask.
    case mask
    /// The picture's own colours, with the mask for alpha.
    case plain
    /// The same, where the picture's own alpha does not count.
    case alphaReplaced
    /// The colours of the foreground, estimated behind the mask.
    case decontaminated
    /// Alpha and the colours of the foreground, solved for at the edges.
    case matted
  }

  /// The name of the model; nil for that of the server.
  public var model: String?
  /// What is made.
  public var result = Result.plain
  /// Whether the mask is smoothed and cut at one half.
  public var isSmoothed = false
  /// The colour behind the foreground; nil for none.
  public var background: CutoutOrder.Color?

  /// An order of a plain cut-out.
  public init() {}

  fileprivate var need: DetectionInput.Need { result == .matted ? .map : .mask }
}

/// A result of rembg's kind.
public struct RembgAnswer: Sendable {
  /// The PNG file.
  public let bytes: [UInt8]
  /// The name of the model.
  public let model: String
  /// The name of the device.
  public let device: String
}

extension PictureService {
  /// Makes of a picture what rembg makes of it.
  ///
  /// - Parameters:
  ///   - file: the encoded picture.
  ///   - order: what is made of it.
  ///   - place: the request's place, which claims the pixels.
  ///   - deadline: when the result is no longer wanted.
  public func answer(
    to file: [UInt8], _ order: RembgOrder, in place: Admission.Place, by deadline: ContinuousClock.Instant
  ) async throws(Problem) -> RembgAnswer {
    let key = try detector(of: order.model)
    let slot = try await slot(by: deadline)
    defer { withExtendedLifetime(slot) {} }
    let picture = try await picture(decoding: file, in: place, by: deadline)
    let found = try await detection(in: picture, order.need, with: key, by: deadline)
    let bytes = try await finishing(by: deadline) { try order.file(of: picture, found.output) }
    return RembgAnswer(bytes: bytes, model: key.model, device: found.device.name)
  }
}

extension RembgOrder {
  /// The PNG file.
  fileprivate func file(of picture: Picture, _ found: DetectionOutput) throws -> [UInt8] {
    let options = EncodingOptions(.png)
    if result == .mask { return try mask(found).encoded(options, name: "the result") }
    let layers = try layers(of: picture, found)
    var cutout =
      background.map { layers.composited(over: PlainRows(size: layers.size, color: $0)).picture }
      ?? layers.picture
    cutout.iccProfile = picture.iccProfile
    return try cutout.encoded(options, name: "the result")
  }

  private func mask(_ found: DetectionOutput) throws -> Mask {
    let mask = try found.mask()
    return isSmoothed ? mask.smoothed : mask
  }

  private func layers(of picture: Picture, _ found: DetectionOutput) throws -> Layers {
    switch result {
    case .mask, .plain: return Layers(colorsOf: picture, alpha: try mask(found), keepsAlpha: true)
    case .alphaReplaced: return Layers(colorsOf: picture, alpha: try mask(found), keepsAlpha: false)
    case .decontaminated:
      let rendering = Composition(.cutout).rendering(of: picture, mask: try mask(found))
      return Layers(rendering, picture)
    case .matted:
      var composition = Composition(.cutout)
      composition.edges = .matted
      return Layers(try found.rendering(of: picture, by: composition), picture)
    }
  }
}

extension Layers {
  /// The layers of a cut-out that a composition has made.
  fileprivate init(_ rendering: Rendering, _ original: Picture) {
    guard case .picture(let cutout) = rendering.content else { preconditionFailure("a cut-out is a picture") }
    self.init(cutout: cutout, original: original)
  }
}
