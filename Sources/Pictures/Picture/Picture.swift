public import Tensors

/// A decoded, upright picture: rows of interleaved RGB or RGBA samples with straight (not premultiplied) alpha.
///
/// Grey and palette files are expanded to RGB. Neither gamma nor the ICC profile is applied to the samples.
public struct Picture: Sendable, Equatable {
  /// The samples of a picture, of either depth.
  public enum Samples: Sendable, Equatable {
    /// `height · width · channels` samples of 0 … 255.
    case bits8([UInt8])
    /// `height · width · channels` samples of 0 … 65535.
    case bits16([UInt16])

    var count: Int {
      switch self {
      case .bits8(let values): values.count
      case .bits16(let values): values.count
      }
    }
  }

  /// Something that decoding left out and the user may want to know.
  public enum Note: Sendable, Equatable, CustomStringConvertible {
    /// The file is an animation of that many frames; the picture is the first.
    case firstFrame(of: Int)
    /// The file has that many pages or pictures; the picture is the first, or the one that the file says is the main
    /// one.
    case firstPage(of: Int)

    /// The note as a clause for a message.
    public var description: String {
      switch self {
      case .firstFrame(let count): "the file is an animation of \(count) frames; only the first is used"
      case .firstPage(let count): "the file has \(count) pictures; only the main one is used"
      }
    }
  }

  /// The size in pixels, after the EXIF orientation was applied.
  public let size: Size
  /// Whether there are four channels (RGBA) or three (RGB).
  public let hasAlpha: Bool
  /// The samples, `[height, width, channels]`, row-major.
  public let samples: Samples
  /// The embedded ICC profile, uninterpreted.
  public var iccProfile: [UInt8]?
  /// The density at which the picture is printed; nil if the file states none.
  public var density: Density?
  /// The file's other metadata.
  public var metadata: Metadata
  /// What decoding left out.
  public var notes: [Note]

  /// A picture of `height · width · (hasAlpha ? 4 : 3)` samples.
  public init(
    size: Size, hasAlpha: Bool, samples: Samples, iccProfile: [UInt8]? = nil, density: Density? = nil,
    metadata: Metadata = Metadata(), notes: [Note] = []
  ) {
    precondition(
      samples.count == size.height * size.width * (hasAlpha ? 4 : 3), "\(samples.count) samples do not fill \(size)")
    self.size = size
    self.hasAlpha = hasAlpha
    self.samples = samples
    self.iccProfile = iccProfile
    self.density = density
    self.metadata = metadata
    self.notes = notes
  }

  /// A picture of other samples with the metadata of this one.
  package func replacing(size: Size? = nil, hasAlpha: Bool? = nil, samples: Samples) -> Picture {
    Picture(
      size: size ?? self.size, hasAlpha: hasAlpha ?? self.hasAlpha, samples: samples, iccProfile: iccProfile,
      density: density, metadata: metadata, notes: notes)
  }

  /// The samples of a pixel: 3 or 4.
  public var channels: Int { hasAlpha ? 4 : 3 }
}
