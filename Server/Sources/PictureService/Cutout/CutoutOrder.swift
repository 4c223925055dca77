public import U2Net

/// What background-removal services let their clients order: a cut-out that is cropped, scaled, moved and put before
/// a background.
public struct CutoutOrder: Sendable, Equatable {
  /// A length in pixels, or as a part of another length.
  public enum Length: Sendable, Equatable {
    /// Pixels.
    case pixels(Double)
    /// A part of another length, 0 … 1.
    case part(Double)

    /// The length in pixels, rounded, where the other length is `whole`.
    func pixels(of whole: Int) -> Int {
      switch self {
      case .pixels(let pixels): Int(pixels.rounded())
      case .part(let part): Int((part * Double(whole)).rounded())
      }
    }
  }

  /// The rectangle outside which everything is background.
  public struct Region: Sendable, Equatable {
    /// The left and right edges: parts are of the width.
    public var horizontal: (Length, Length)
    /// The upper and lower edges: parts are of the height.
    public var vertical: (Length, Length)

    /// A rectangle between edges.
    public init(horizontal: (Length, Length), vertical: (Length, Length)) {
      (self.horizontal, self.vertical) = (horizontal, vertical)
    }

    /// Compares edges.
    public static func == (one: Region, other: Region) -> Bool {
      one.horizontal == other.horizontal && one.vertical == other.vertical
    }

    /// The pixels of the rectangle inside a picture; nil if there are none.
    func box(in size: Size) -> PixelBox? {
      let columns = Self.range(horizontal, size.width)
      let rows = Self.range(vertical, size.height)
      return columns.isEmpty || rows.isEmpty ? nil : PixelBox(columns: columns, rows: rows)
    }

    private static func range(_ edges: (Length, Length), _ whole: Int) -> Range<Int> {
      let ends = [edges.0, edges.1].map { min(whole, max(0, $0.pixels(of: whole))) }.sorted()
      return ends[0]..<ends[1]
    }
  }

  /// The margins of a cropped foreground. Parts are of the foreground's height or width.
  public struct Margins: Sendable, Equatable {
    /// Above.
    public var top: Length
    /// To the right.
    public var right: Length
    /// Below.
    public var bottom: Length
    /// To the left.
    public var left: Length

    /// Margins on the four sides.
    public init(top: Length, right: Length, bottom: Length, left: Length) {
      (self.top, self.right, self.bottom, self.left) = (top, right, bottom, left)
    }

    /// None.
    public static let none = Margins(top: .pixels(0), right: .pixels(0), bottom: .pixels(0), left: .pixels(0))
  }

  /// The place of the foreground on the canvas.
  public struct Position: Sendable, Equatable {
    /// 0 puts it at the left edge, 1 at the right edge.
    public var horizontal: Double
    /// 0 puts it at the upper edge, 1 at the lower edge.
    public var vertical: Double

    /// A position.
    public init(horizontal: Double, vertical: Double) { (self.horizontal, self.vertical) = (horizontal, vertical) }

    /// In the middle.
    public static let center = Position(horizontal: 0.5, vertical: 0.5)
  }

  /// A colour and its alpha.
  public struct Color: Sendable, Equatable {
    /// Red, 0 … 255.
    public var red: UInt8
    /// Green, 0 … 255.
    public var green: UInt8
    /// Blue, 0 … 255.
    public var blue: UInt8
    /// Alpha, 0 … 255.
    public var alpha: UInt8

    /// A colour.
    public init(red: UInt8, green: UInt8, blue: UInt8, alpha: UInt8 = 255) {
      (self.red, self.green, self.blue, self.alpha) = (red, green, blue, alpha)
    }
  }

  /// What is behind the foreground.
  public enum Background: Sendable, Equatable {
    /// Nothing.
    case none
    /// A colour.
    case color(Color)
    /// An encoded picture, which is scaled to cover the canvas, and centred.
    case picture([UInt8])
  }

  /// The files that are made.
  public enum Format: Sendable, Equatable {
    /// PNG if the result has transparent pixels, JPEG otherwise.
    case automatic
    /// One file.
    case one(PictureFormat)
    /// The colours as JPEG, and alpha as PNG.
    case colorAndAlpha
  }

  /// The name of the model; nil for that of the server.
  public var model: String?
  /// The most pixels that the picture has when it is cut out; it is scaled down if it has more.
  public var pixelLimit = 25_000_000
  /// Outside this rectangle is background; nil for the whole picture.
  public var region: Region?
  /// The margins of the foreground that the result is cropped to; nil to keep the canvas.
  public var crop: Margins?
  /// The size of the foreground as a part of the canvas, 0 … 1; nil to keep it.
  public var scale: Double?
  /// The place of the foreground; nil to keep its middle where it is, as far as it stays on the canvas.
  public var position: Position?
  /// Whether the result is alpha alone.
  public var isAlphaOnly = false
  /// What is behind the foreground.
  public var background = Background.none
  /// The files that are made.
  public var format = Format.automatic

  /// An order of a cut-out without changes.
  public init() {}
}
