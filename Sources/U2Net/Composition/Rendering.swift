public import Pictures
import StageTiming

/// The result of a composition.
public struct Rendering: Sendable {
  /// A mask, or a picture.
  public enum Content: Sendable, Equatable {
    /// A mask.
    case mask(Mask)
    /// A picture with or without alpha.
    case picture(Picture)

    /// The bytes of the pixels.
    var byteCount: Int {
      switch self {
      case .mask(let mask): mask.pixels.count
      case .picture(let picture): picture.byteCount
      }
    }

    func cropped(to box: PixelBox) -> Content {
      switch self {
      case .mask(let mask): .mask(mask.cropped(to: box))
      case .picture(let picture): .picture(picture.cropped(to: box))
      }
    }
  }

  /// The mask or picture.
  public let content: Content
  /// What the user should know about the result; one clause each.
  public var notes: [String] = []

  /// Encodes the result as a file. The rendering is consumed, so that its memory is freed early.
  ///
  /// - Parameters:
  ///   - options: the format and its settings.
  ///   - name: the name of the file, for messages.
  /// - Throws: `Failure` if memory runs out, or if the format cannot hold the result.
  public consuming func encoded(_ options: EncodingOptions, name: String) throws(Failure) -> [UInt8] {
    var content: Content? = content
    _ = consume self
    let pixels = content?.byteCount ?? 0
    do {
      return try Stage.encode.measure(bytes: { pixels + $0.count }) { () throws(PictureError) in
        switch content.take() {
        case .mask(let mask)?: try mask.encoded(options, name: name)
        case .picture(let picture)?: try picture.encoded(options, name: name)
        case nil: []
        }
      }
    } catch {
      throw Failure(error)
    }
  }
}

extension Picture {
  /// The bytes of the samples.
  package var byteCount: Int {
    let samples = size.height * size.width * channels
    return if case .bits16 = self.samples { 2 * samples } else { samples }
  }
}
