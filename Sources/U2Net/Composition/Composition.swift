public import Compositing
public import Matting
public import Pictures
import StageTiming
import Tensors

/// What is made of a picture and its mask: a cut-out, a composite, a blurred background and so on.
public struct Composition: Sendable {
  /// The kinds of compositions.
  public enum Kind: String, Sendable, CaseIterable, Codable {
    /// The mask as an 8-bit grey picture.
    case mask
    /// The foreground on a transparent background: RGBA with straight alpha.
    case cutout
    /// The foreground on a colour or on another picture.
    case composite
    /// The foreground in front of its own background, which is blurred.
    case blur
    /// The picture with its foreground tinted.
    case overlay
    /// The picture in grey with the values of the mask as colours.
    case heatmap
    /// The picture with a line around its foreground.
    case contour

    /// The edges by default: interpolated for masks, as by the authors of U²-Net, and refined for pictures.
    public var defaultEdges: Edges {
      switch self {
      case .mask, .heatmap: .interpolated
      case .cutout, .composite, .blur, .overlay, .contour: .refined
      }
    }

    /// Whether the result has transparent pixels.
    public var hasAlpha: Bool { self == .cutout }
  }

  /// The kind of the composition.
  public var kind: Kind
  /// How the map is brought to the size of the picture; nil for the default of the kind.
  public var edges: Edges?
  /// The value of alpha, 0 … 1, from which a pixel is opaque; below it a pixel is transparent. Nil leaves alpha
  /// unchanged.
  public var threshold: Double?
  /// The width of the feathered edge, in pixels. Feathering follows the threshold.
  public var feather = 0.0
  /// Whether the background is kept instead of the foreground. Alpha is inverted after the threshold and the feather,
  /// and before the result is trimmed.
  public var isInverted = false
  /// The background of a composite.
  public var backdrop = Backdrop.color(.white)
  /// The radius of the blur, in pixels; nil for 1/50 of the picture's longer side.
  public var blurRadius: Double?
  /// The colour of the overlay and of the contour.
  public var color = Color(red: 255, green: 0, blue: 96)
  /// The rectangle around what is kept that the result is cropped to; nil to keep the whole picture. If nothing stands
  /// out, the whole picture is kept, too.
  public var trim: Trim?
  /// The colour that transparent pictures are laid over.
  public var background = Color.white

  /// The smallest rectangle around what is kept, and its margin.
  public struct Trim: Sendable, Hashable {
    /// The margin in pixels.
    public var pixels: Int
    /// The margin as a fraction of the rectangle's longer side; added to `pixels`.
    public var fraction: Double

    /// Creates a rectangle whose margin is the sum of both.
    public init(pixels: Int = 0, fraction: Double = 0) {
      self.pixels = pixels
      self.fraction = fraction
    }

    func box(in matte: AlphaMatte) -> PixelBox? {
      guard let box = matte.bounds() else { return nil }
      let longer = Double(max(box.size.height, box.size.width))
      return box.grown(by: pixels + Int((longer * fraction).rounded()), in: matte.size)
    }
  }

  /// Creates a composition with the defaults of its kind.
  public init(_ kind: Kind) { self.kind = kind }

  /// Composes a picture with the mask that a detection has for it.
  ///
  /// - Throws: `Failure` if no mask can be made of the model's maps.
  public func rendering(of picture: Picture, _ detection: Detection) throws(Failure) -> Rendering {
    let edges = edges ?? kind.defaultEdges
    if edges == .interpolated, isPlainMask {
      return plain(
        try Stage.refine.measure(bytes: \.pixels.count) { () throws(Failure) in try detection.mask() })
    }
    let ready =
      edges == .refined && usesPlainCutout ? detection.refinedCutout(of: picture, background: background) : nil
    if let ready, trim == nil, let content = content(of: ready) { return Rendering(content: content) }
    let matte = try Stage.refine.measure(bytes: { picture.byteCount + $0.byteCount }) { () throws(Failure) in
      try detection.matte(of: picture, edges: edges, background: background)
    }
    return rendering(
      of: picture, matte: matte, cutout: ready, confidence: trim == nil ? nil : detection.confidence)
  }

  /// Whether the result is made with the cut-out of an unchanged matte.
  private var usesPlainCutout: Bool {
    let needsCutout = [.cutout, .composite, .blur].contains(kind)
    return needsCutout && threshold == nil && feather <= 0 && !isInverted
  }

  /// Composes a picture with a mask of its size; `edges` does not apply.
  ///
  /// - Parameters:
  ///   - picture: the picture.
  ///   - mask: its mask.
  ///   - confidence: how sure the network is of the mask; nil if that is not known.
  public func rendering(of picture: Picture, mask: Mask, confidence: Confidence? = nil) -> Rendering {
    isPlainMask ? plain(mask) : rendering(of: picture, matte: AlphaMatte(mask), confidence: confidence)
  }

  /// Composes a picture with a matte of its size; `edges` does not apply.
  ///
  /// - Parameters:
  ///   - picture: the picture.
  ///   - matte: its matte.
  ///   - confidence: how sure the network is of the matte; nil if that is not known.
  public func rendering(of picture: Picture, matte: AlphaMatte, confidence: Confidence? = nil) -> Rendering {
    rendering(of: picture, matte: matte, cutout: nil, confidence: confidence)
  }

  /// - Parameter ready: the cut-out of the picture; nil if it has not been made.
  private func rendering(
    of picture: Picture, matte: AlphaMatte, cutout ready: Picture?, confidence: Confidence?
  ) -> Rendering {
    let matte = shaped(matte)
    let content = content(picture, matte, ready)
    guard let trim else { return Rendering(content: content) }
    guard confidence?.standsOut ?? true, let box = trim.box(in: matte) else {
      return Rendering(content: content, notes: ["nothing stands out, so nothing is trimmed"])
    }
    return Rendering(content: content.cropped(to: box))
  }

  private func plain(_ mask: Mask) -> Rendering { Rendering(content: .mask(isInverted ? mask.inverted : mask)) }

  /// Whether the result is the mask, or its inverse, without another change.
  private var isPlainMask: Bool { kind == .mask && threshold == nil && feather <= 0 && trim == nil }

  /// The matte after the threshold, the feather and the inversion.
  private func shaped(_ matte: AlphaMatte) -> AlphaMatte {
    guard threshold != nil || feather > 0 || isInverted else { return matte }
    return Stage.blend.measure(pictures: 0, bytes: { 2 * $0.byteCount }) {
      var matte = matte
      if let threshold { matte = matte.thresholded(at: threshold) }
      if feather > 0 { matte = matte.feathered(by: feather) }
      if isInverted { matte = matte.inverted }
      return matte
    }
  }

  /// What needs no more than the cut-out; nil for other kinds.
  private func content(of cutout: Picture) -> Rendering.Content? {
    switch kind {
    case .cutout: .picture(cutout)
    case .composite: blended(cutout) { cutout.composited(over: backdrop) }
    case .mask, .blur, .overlay, .heatmap, .contour: nil
    }
  }

  private func content(_ picture: Picture, _ matte: AlphaMatte, _ ready: Picture?) -> Rendering.Content {
    let longer = Double(max(picture.size.height, picture.size.width))
    switch kind {
    case .mask:
      return .mask(Stage.blend.measure(bytes: { matte.byteCount + $0.pixels.count }) { matte.mask })
    case .cutout: return .picture(ready ?? cutout(of: picture, matte))
    case .composite:
      let foreground = ready ?? cutout(of: picture, matte)
      return blended(foreground) { foreground.composited(over: backdrop) }
    case .blur:
      let flat = opaque(picture)
      let foreground = (picture.hasAlpha ? nil : ready) ?? cutout(of: flat, matte)
      let radius = blurRadius ?? longer / 50
      return blended(flat, foreground) { flat.blurringBackground(radius: radius, behind: foreground, matte) }
    case .overlay: return blended(picture) { opaque(picture).overlaying(color, on: matte) }
    case .heatmap: return blended(picture) { opaque(picture).heatMap(of: matte) }
    case .contour:
      return blended(picture) { opaque(picture).outlining(matte, color, thickness: max(2, longer / 250)) }
    }
  }

  private func opaque(_ picture: Picture) -> Picture { picture.flattened(over: background) }

  private func cutout(of picture: Picture, _ matte: AlphaMatte) -> Picture {
    Stage.foreground.measure(bytes: { picture.byteCount + matte.byteCount + $0.byteCount }) {
      ForegroundEstimation().cutout(of: picture, matte: matte)
    }
  }

  private func blended(_ sources: Picture..., by body: () -> Picture) -> Rendering.Content {
    let bytes = sources.reduce(0) { $0 + $1.byteCount }
    return .picture(Stage.blend.measure(bytes: { bytes + $0.byteCount }, body))
  }
}

extension AlphaMatte {
  /// The bytes of the values.
  fileprivate var byteCount: Int { 2 * size.height * size.width }
}
