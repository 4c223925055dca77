internal import Tensors

/// Writes raw frames as Matroska, which carries what YUV4MPEG2 cannot: a time for each frame, alpha, and what the
/// colours mean. ffmpeg reads it from a pipe.
///
/// Matroska is RFC 9559. The segment has no stated size, and each frame is a cluster of its own.
package struct MatroskaWriter: Sendable {
  private let format: VideoFormat
  /// The nanoseconds of a tick of the clock.
  private let tick: Int

  /// Frames whose times are in microseconds.
  package init(_ format: VideoFormat) {
    self.format = format
    tick = 1000
  }

  /// Frames that follow one another at the rate of the format, whose times are their numbers, from zero. Readers see
  /// the exact rate by the clock.
  ///
  /// A rate that is not known is taken for 25 frames a second, as ffmpeg does.
  package init(evenlySpaced format: VideoFormat) {
    self.format = format
    let rate = format.rate.isKnown ? format.rate.value : 25
    // ffmpeg's clocks have 31 bits.
    tick = Int((1e9 / min(max(rate, 0.5), 1e6)).rounded())
  }

  /// What precedes the frames.
  package var header: [UInt8] {
    let head = Self.element(
      0x1A45_DFA3,
      Self.element(0x4286, 1) + Self.element(0x42F7, 1) + Self.element(0x42F2, 4) + Self.element(0x42F3, 8)
        + Self.element(0x4282, Array("matroska".utf8)) + Self.element(0x4287, 4) + Self.element(0x4285, 2))
    let name = Array("u2cl".utf8)
    let segment: [UInt8] = [0x18, 0x53, 0x80, 0x67, 0x01] + Array(repeating: 0xFF, count: 7)
    let info = Self.element(
      0x1549_A966, Self.element(0x2A_D7B1, tick) + Self.element(0x4D80, name) + Self.element(0x5741, name))
    return head + segment + info + Self.element(0x1654_AE6B, Self.element(0xAE, track))
  }

  /// What precedes the bytes of a frame.
  ///
  /// - Parameter time: ticks of the clock, later than the frame before.
  package func frameHeader(at time: Int) -> [UInt8] {
    // The only track, no time beside that of the cluster, a key frame.
    let block: [UInt8] = [0x81, 0, 0, 0x80]
    let start = Self.element(0xE7, max(0, time))
    let frame = Self.start(of: 0xA3, count: block.count + format.byteCount)
    return Self.start(of: 0x1F43_B675, count: start.count + frame.count + block.count + format.byteCount) + start
      + frame + block
  }

  private var track: [UInt8] {
    let rate =
      format.rate.isKnown
      ? Self.element(0x23_E383, Int((1e9 / format.rate.value).rounded())) : []
    return Self.element(0xD7, 1) + Self.element(0x73C5, 1) + Self.element(0x9C, 0) + Self.element(0x83, 1)
      + Self.element(0x86, Array("V_UNCOMPRESSED".utf8)) + rate + Self.element(0xE0, video)
  }

  private var video: [UInt8] {
    let size = format.size
    var bytes =
      Self.element(0xB0, size.width) + Self.element(0xBA, size.height) + Self.element(0x2E_B524, format.layout.fourCC)
    if format.aspect.isKnown {
      bytes += Self.element(0x54B0, size.width * format.aspect.numerator)
      bytes += Self.element(0x54BA, size.height * format.aspect.denominator)
    }
    switch format.fields {
    case .none: bytes += Self.element(0x9A, 2)
    case .topFirst: bytes += Self.element(0x9A, 1) + Self.element(0x9D, 1)
    case .bottomFirst: bytes += Self.element(0x9A, 1) + Self.element(0x9D, 6)
    case .mixed, .unknown: break
    }
    return bytes + Self.element(0x55B0, color)
  }

  private var color: [UInt8] {
    let tags = format.color.tags
    var bytes = Self.element(0x55B9, format.color.isFullRange ? 2 : 1)
    if let matrix = tags.matrix { bytes += Self.element(0x55B1, matrix) }
    if let transfer = tags.transfer { bytes += Self.element(0x55BA, transfer) }
    if let primaries = tags.primaries { bytes += Self.element(0x55BB, primaries) }
    if format.layout.subsampling == .both {
      bytes += Self.element(0x55B7, format.layout.siting == .center ? 2 : 1)
      bytes += Self.element(0x55B8, format.layout.siting == .topLeft ? 1 : 2)
    }
    return bytes
  }
}

// Elements of EBML (RFC 8794): an identifier, a size, the content.
extension MatroskaWriter {
  private static func element(_ identifier: UInt32, _ content: [UInt8]) -> [UInt8] {
    start(of: identifier, count: content.count) + content
  }

  private static func element(_ identifier: UInt32, _ number: Int) -> [UInt8] {
    element(identifier, bytes(of: UInt64(number), count: 8))
  }

  private static func start(of identifier: UInt32, count: Int) -> [UInt8] {
    let length = (32 - identifier.leadingZeroBitCount + 7) / 8
    return bytes(of: UInt64(identifier), count: length) + bytes(of: 1 << 56 | UInt64(count), count: 8)
  }

  private static func bytes(of number: UInt64, count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) }
  }
}
