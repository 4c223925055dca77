public import Tensors

/// A decoded picture, upright: rows of interleaved RGB or RGBA samples, alpha straight (not premultiplied).
///
/// Grey and palette files are expanded to RGB. Samples are what the file holds: no gamma and no ICC profile is applied.
public struct Picture: Sendable, Equatable {
  /// What a sample holds.
  public enum Samples: Sendable, Equatable {
    /// 0 … 255; `height · width · channels` of them.
    case bits8([UInt8])
    /// 0 … 65535; `height · width · channels` of them.
    case bits16([UInt16])

    var count: Int {
      switch self {
      case .bits8(let values): values.count
      case .bits16(let values): values.count
      }
    }
  }

  /// Something that was left out in decoding and that the user may want to hear of.
  public enum Note: Sendable, Equatable, CustomStringConvertible {
    /// The file is an animation of so many frames; this is the first.
    case firstFrame(of: Int)

    /// A clause for a message.
    public var description: String {
      switch self {
      case .firstFrame(let count): "the file is an animation of \(count) frames; only the first is used"
      }
    }
  }

  /// In pixels, after the EXIF orientation was applied.
  public let size: Size
  /// Whether there are four channels (RGBA) and not three (RGB).
  public let hasAlpha: Bool
  /// `[height, width, channels]`, row-major.
  public let samples: Samples
  /// The embedded ICC profile, unread.
  public var iccProfile: [UInt8]?
  /// What else the file says of itself.
  public var metadata: Metadata
  /// What decoding left out.
  public var notes: [Note]

  /// A picture of the given samples; their number must be `height · width · (hasAlpha ? 4 : 3)`.
  public init(
    size: Size, hasAlpha: Bool, samples: Samples, iccProfile: [UInt8]? = nil, metadata: Metadata = Metadata(),
    notes: [Note] = []
  ) {
    precondition(
      samples.count == size.height * size.width * (hasAlpha ? 4 : 3), "\(samples.count) samples do not fill \(size)")
    self.size = size
    self.hasAlpha = hasAlpha
    self.samples = samples
    self.iccProfile = iccProfile
    self.metadata = metadata
    self.notes = notes
  }

  /// Other samples with all that this picture carries besides them.
  package func replacing(size: Size? = nil, hasAlpha: Bool? = nil, samples: Samples) -> Picture {
    Picture(
      size: size ?? self.size, hasAlpha: hasAlpha ?? self.hasAlpha, samples: samples, iccProfile: iccProfile,
      metadata: metadata, notes: notes)
  }

  /// Samples per pixel: 3 or 4.
  public var channels: Int { hasAlpha ? 4 : 3 }
}
