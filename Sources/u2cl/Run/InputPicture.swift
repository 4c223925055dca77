import Files
import Pictures
import StageTiming
import U2Net

/// A picture that is named on the command line.
struct InputPicture: Sendable {
  let path: FilePath
  /// The name of the picture in messages.
  var name: String { path == "-" ? "standard input" : "\(path)" }

  /// Takes the digests of the picture and its result; nil if nobody asks for them.
  var audit: PictureAudit?

  init(_ path: FilePath) { self.path = path }

  /// Reads and decodes the picture.
  ///
  /// - Parameters:
  ///   - pixelLimit: the most pixels to accept.
  ///   - admit: called with the number of pixels before memory is allocated for them.
  /// - Throws: `Failure` if the picture cannot be read or decoded.
  func picture(
    pixelLimit: Int = Picture.pixelLimit, admit: (_ pixels: Int) -> Void = { _ in }
  ) throws(Failure) -> DecodedPicture {
    let clock = ContinuousClock()
    let start = clock.now
    var bytes: [UInt8] = []
    do {
      bytes = try Stage.read.measure(bytes: \.count) { () throws(PictureError) in
        path == "-" ? try InputFile.bytes(from: .standardInput, name: name) : try InputFile.bytes(ofFileAt: path)
      }
      audit?.read(bytes)
      try checkRaw(bytes)
      let read = start.duration(to: clock.now)
      if let size = Picture.claimedSize(of: bytes) { admit(size.height * size.width) }
      // Waiting for admission does not count.
      let decoding = clock.now
      let picture = try Stage.decode.measure(bytes: { bytes.count + $0.byteCount }) { () throws(PictureError) in
        try Picture(decoding: bytes, name: name, pixelLimit: pixelLimit)
      }
      return DecodedPicture(picture: picture, duration: read + decoding.duration(to: clock.now))
    } catch {
      if case .tooManyPixels(let size, _) = error.problem,
        case let (pixels, overflow) = size.height.multipliedReportingOverflow(by: size.width), !overflow,
        pixels <= PictureOptions.mostPixels
      {
        throw Failure(.file, "\(error), or allow it with 'u2cl run --max-pixels \(pixels)'")
      }
      if path != "-", let advice = InputHint.advice(on: error.problem, of: path, bytes) {
        throw Failure(.file, "'\(error.name)': \(advice)")
      }
      throw Failure(error)
    }
  }

  /// Most raw files of cameras are TIFF files whose first page is a thumbnail, which nobody means.
  private func checkRaw(_ bytes: [UInt8]) throws(PictureError) {
    guard let named = UnreadFormat(fileName: path), named.kind == .raw,
      PictureFormat(firstBytes: bytes.prefix(PictureFormat.tellingBytes)) == .tiff
    else { return }
    throw PictureError(.unknownFormat(resembles: named.name), name: name)
  }
}

/// A picture, and the time it took to read and decode it.
struct DecodedPicture: Sendable {
  let picture: Picture
  let duration: Duration
}
