import Files
import Pictures
import U2Net

/// A picture that is named on the command line.
struct InputPicture: Sendable {
  let path: FilePath
  /// The name of the picture in messages.
  var name: String { path == "-" ? "standard input" : "\(path)" }

  init(_ path: FilePath) { self.path = path }

  /// Reads and decodes the picture.
  ///
  /// - Parameter admit: called with the number of pixels before memory is allocated for them.
  /// - Throws: `Failure` if the picture cannot be read or decoded.
  func picture(admit: (_ pixels: Int) -> Void = { _ in }) throws(Failure) -> DecodedPicture {
    let clock = ContinuousClock()
    let start = clock.now
    do {
      let bytes =
        path == "-" ? try InputFile.bytes(from: .standardInput, name: name) : try InputFile.bytes(ofFileAt: path)
      let read = start.duration(to: clock.now)
      if let size = Picture.claimedSize(of: bytes) { admit(size.height * size.width) }
      // Waiting for admission does not count.
      let decoding = clock.now
      let picture = try Picture(decoding: bytes, name: name)
      return DecodedPicture(picture: picture, duration: read + decoding.duration(to: clock.now))
    } catch {
      throw Failure(error)
    }
  }
}

/// A picture, and the time it took to read and decode it.
struct DecodedPicture: Sendable {
  let picture: Picture
  let duration: Duration
}
