public import Pictures

/// The result of a composition.
public struct Rendering: Sendable {
  /// A mask, or a picture.
  public enum Content: Sendable, Equatable {
    /// A mask.
    case mask(Mask)
    /// A picture with or without alpha.
    case picture(Picture)

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
