internal import CZlib

/// A stream in the deflate format, RFC 1951, that is inflated piece by piece.
final class Inflater {
  /// What has come of a piece.
  enum Outcome {
    /// The stream goes on.
    case more
    /// The stream has ended.
    case end
    /// There are more bytes than allowed.
    case tooLarge
    /// The bytes are no such stream.
    case damaged
  }

  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  private let isOpen: Bool
  private var window = [UInt8](repeating: 0, count: 64 << 10)

  init() {
    stream.initialize(to: z_stream())
    isOpen = inflateInit2_(stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
  }

  deinit {
    if isOpen { inflateEnd(stream) }
    stream.deinitialize(count: 1)
    stream.deallocate()
  }

  /// Inflates bytes.
  ///
  /// - Parameters:
  ///   - input: the next bytes; those that were used are taken away.
  ///   - content: what has come of all bytes so far.
  ///   - limit: the most bytes of the content.
  func inflate(_ input: inout ArraySlice<UInt8>, into content: inout [UInt8], limit: Int) -> Outcome {
    guard isOpen else { return .damaged }
    while true {
      let (code, used, made) = step(input)
      input = input.dropFirst(used)
      content += window[..<made]
      if content.count > limit { return .tooLarge }
      switch code {
      case Z_STREAM_END: return .end
      case Z_OK, Z_BUF_ERROR:
        // All input is used, and what it has led to is out.
        if input.isEmpty, made < window.count { return .more }
        guard used + made > 0 else { return .damaged }
      default: return .damaged
      }
    }
  }

  private func step(_ input: ArraySlice<UInt8>) -> (code: Int32, used: Int, made: Int) {
    input.withUnsafeBufferPointer { input in
      window.withUnsafeMutableBufferPointer { window in
        // zlib only reads its input.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.pointee.avail_in = UInt32(input.count)
        stream.pointee.next_out = window.baseAddress
        stream.pointee.avail_out = UInt32(window.count)
        let code = CZlib.inflate(stream, Z_NO_FLUSH)
        return (code, input.count - Int(stream.pointee.avail_in), window.count - Int(stream.pointee.avail_out))
      }
    }
  }
}

/// The checksum of zip archives.
enum CRC32 {
  static func of(_ bytes: [UInt8]) -> UInt32 {
    bytes.withUnsafeBufferPointer { UInt32(truncatingIfNeeded: crc32_z(0, $0.baseAddress, $0.count)) }
  }
}
