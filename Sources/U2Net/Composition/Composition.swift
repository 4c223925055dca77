public import Compositing
public import Pictures
import Matting
import Tensors

/// What is made of a picture and what a network found in it.
public struct Composition: Sendable {
  /// What comes out.
  public enum Kind: String, Sendable, CaseIterable, Codable {
    /// The mask, 8-bit grey.
    case mask
    /// The foreground on nothing: RGBA with straight alpha.
    case cutout
    /// The foreground on a colour or another picture.
    case composite
    /// The foreground in front of its own background, blurred.
    case blur
    /// The picture with its foreground tinted.
    case overlay
    /// The picture in grey under the map's values as colours.
    case heatmap
    /// The picture with a line around its foreground.
    case contour

    /// How edges are made unless told: masks as the authors make them, pictures refined.
    public var standardEdges: Edges {
      switch self {
      case .mask, .heatmap: .interpolated
      case .cutout, .composite, .blur, .overlay, .contour: .refined
      }
    }

    /// Whether there is transparency in what comes out.
    public var hasAlpha: Bool { self == .cutout }
  }

  /// What comes out.
  public var kind: Kind
  /// How the map is brought to the picture's size; the kind's own way unless told.
  public var edges: Edges?
  /// From what alpha on a pixel is all foreground, and nothing below, 0 … 1; nil leaves alpha as it is.
  public var threshold: Double?
  /// How far edges are softened, in pixels; after the threshold.
  public var feather = 0.0
  /// What a composite lies on.
  public var backdrop = Backdrop.color(.white)
  /// The blur's radius, in pixels; a fiftieth of the picture's longer side unless told.
  public var blurRadius: Double?
  /// The overlay's tint and the contour's line.
  public var color = Color(red: 255, green: 0, blue: 96)
  /// Whether only the rectangle around the foreground is kept, and how much around it.
  public var trim: Trim?
  /// What transparent pictures are laid over before they are looked at.
  public var background = Color.white

  /// A rectangle around the foreground.
  public struct Trim: Sendable, Hashable {
    /// What is kept around the smallest rectangle, in pixels.
    public var pixels: Int
    /// The same, as a part of the rectangle's longer side.
    public var fraction: Double

    /// The smallest rectangle and a margin, the sum of both.
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

  /// A composition of a kind, with the usual numbers.
  public init(_ kind: Kind) { self.kind = kind }

  /// Makes it.
  ///
  /// - Throws: `Failure` where the model has no map that a mask can be made of.
  public func rendering(of picture: Picture, _ detection: Detection) throws(Failure) -> Rendering {
    if isMaskAlone { return Rendering(content: .mask(try detection.mask())) }
    var matte = try detection.matte(of: picture, edges: edges ?? kind.standardEdges, background: background)
    if let threshold { matte = matte.thresholded(at: threshold) }
    if feather > 0 { matte = matte.feathered(by: feather) }
    let content = content(picture, matte)
    guard let trim else { return Rendering(content: content) }
    guard let box = trim.box(in: matte) else {
      return Rendering(content: content, notes: ["nothing stands out, so nothing is trimmed"])
    }
    return Rendering(content: content.cropped(to: box))
  }

  /// Whether the mask is wanted as the detection has it.
  private var isMaskAlone: Bool {
    kind == .mask && (edges ?? kind.standardEdges) == .interpolated && threshold == nil && feather <= 0 && trim == nil
  }

  private func content(_ picture: Picture, _ matte: AlphaMatte) -> Rendering.Content {
    func opaque() -> Picture { picture.flattened(over: background) }
    let longer = Double(max(picture.size.height, picture.size.width))
    switch kind {
    case .mask: return .mask(matte.mask)
    case .cutout: return .picture(cutout(of: picture, matte))
    case .composite: return .picture(cutout(of: picture, matte).composited(over: backdrop))
    case .blur:
      let flat = opaque()
      let foreground = cutout(of: flat, matte)
      return .picture(flat.blurringBackground(radius: blurRadius ?? longer / 50, behind: foreground, matte))
    case .overlay: return .picture(opaque().overlaying(color, on: matte))
    case .heatmap: return .picture(opaque().heatMap(of: matte))
    case .contour: return .picture(opaque().outlining(matte, color, thickness: max(2, longer / 250)))
    }
  }

  private func cutout(of picture: Picture, _ matte: AlphaMatte) -> Picture {
    ForegroundEstimation().cutout(of: picture, matte: matte)
  }
}

/// What a composition came to.
public struct Rendering: Sendable {
  /// A mask, or a picture.
  public enum Content: Sendable, Equatable {
    /// 8-bit grey.
    case mask(Mask)
    /// With or without alpha.
    case picture(Picture)

    func cropped(to box: PixelBox) -> Content {
      switch self {
      case .mask(let mask): .mask(mask.cropped(to: box))
      case .picture(let picture): .picture(picture.cropped(to: box))
      }
    }
  }

  /// A mask, or a picture.
  public let content: Content
  /// What the user should know of it, each a clause.
  public var notes: [String] = []

  /// As a file. The rendering is consumed, as `Picture.encoded` consumes a picture.
  ///
  /// - Throws: `Failure` where memory is short or the format cannot hold it.
  public consuming func encoded(_ options: EncodingOptions, name: String) throws(Failure) -> [UInt8] {
    let content = self.content
    _ = consume self
    do {
      switch consume content {
      case .mask(let mask): return try mask.encoded(options, name: name)
      case .picture(let picture): return try picture.encoded(options, name: name)
      }
    } catch {
      throw Failure(error)
    }
  }
}
