internal import Pictures
internal import Tensors

/// Reads the frames of a YUV4MPEG2 stream one by one. It never holds more than one.
package struct Y4MReader {
  /// Reads some bytes into a buffer and returns their number; 0 at the end.
  package typealias Source = @Sendable (UnsafeMutableRawBufferPointer) throws(Y4MError) -> Int

  /// The most bytes of a line.
  private static let longestLine = 4096
  /// The most bytes for which memory is allocated at once.
  private static let largestPiece = 1 << 25

  /// The header of the stream.
  package let header: Y4MHeader
  /// The number of frames that have been read.
  package private(set) var count = 0
  private let pixelLimit: Int
  private let source: Source

  /// Reads the header.
  ///
  /// - Parameters:
  ///   - pixelLimit: the most pixels of a frame to accept.
  ///   - source: where the bytes come from.
  package init(pixelLimit: Int = Picture.pixelLimit, _ source: @escaping Source) throws(Y4MError) {
    self.source = source
    self.pixelLimit = pixelLimit
    guard try Self.bytes(Y4MHeader.signature.count, from: source) == Y4MHeader.signature else { throw .noSignature }
    header = try Y4MHeader(line: try Self.line(from: source), pixelLimit: pixelLimit)
  }

  /// Reads the next frame; nil at the end.
  package mutating func next() throws(Y4MError) -> [UInt8]? {
    repeat {
      let start = try Self.bytes(5, from: source)
      guard !start.isEmpty else {
        if count == 0 { throw .empty }
        return nil
      }
      if start == Array("FRAME".utf8) { break }
      guard start == Array(Y4MHeader.signature.prefix(5)) else { throw .noFrameHeader(frame: count + 1) }
      try readNextHeader()
    } while true
    _ = try Self.line(from: source)
    let expected = header.format.byteCount
    let frame = try Self.bytes(expected, from: source)
    guard frame.count == expected else { throw .truncated(frame: count + 1, found: frame.count, expected: expected) }
    count += 1
    return frame
  }

  /// Streams may follow one another, if their frames are alike.
  private func readNextHeader() throws(Y4MError) {
    let rest = Array(Y4MHeader.signature.dropFirst(5))
    guard try Self.bytes(rest.count, from: source) == rest else { throw .noFrameHeader(frame: count + 1) }
    let other = try Y4MHeader(line: try Self.line(from: source), pixelLimit: pixelLimit).format
    guard other.size == header.format.size, other.layout == header.format.layout else {
      throw .changed(frame: count + 1, to: "\(other.size.width)×\(other.size.height) C\(other.layout.colorSpace)")
    }
  }

  /// Reads so many bytes, or fewer at the end.
  ///
  /// Many bytes are taken in pieces, so that a stream that only claims them takes no memory.
  private static func bytes(_ count: Int, from source: Source) throws(Y4MError) -> [UInt8] {
    guard count > largestPiece else { return try piece(count, from: source) }
    var bytes: [UInt8] = []
    while bytes.count < count {
      let wanted = min(largestPiece, count - bytes.count)
      let piece = try piece(wanted, from: source)
      bytes += piece
      if piece.count < wanted { break }
    }
    return bytes
  }

  private static func piece(_ count: Int, from source: Source) throws(Y4MError) -> [UInt8] {
    var failure: Y4MError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      do throws(Y4MError) {
        while filled < count {
          let rest = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[filled...]))
          let more = try source(rest)
          if more == 0 { break }
          filled += more
        }
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Reads up to a line feed, byte by byte, because what follows belongs to somebody else.
  private static func line(from source: Source) throws(Y4MError) -> [UInt8] {
    var line: [UInt8] = []
    while line.count < longestLine {
      guard let byte = try bytes(1, from: source).first else { break }
      if byte == UInt8(ascii: "\n") { return line }
      line.append(byte)
    }
    throw .noHeaderEnd
  }
}
