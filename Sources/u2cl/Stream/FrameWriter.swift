import Models
import StageTiming
import U2Net
import Video

/// Writes composed frames to standard output, in the container that the stream came in; cut-outs of YUV4MPEG2 as
/// Matroska, because ffmpeg reads no YUV4MPEG2 with alpha.
struct FrameWriter {
  private enum Container {
    case none
    case y4m(header: [UInt8])
    case matroska(MatroskaWriter)
  }

  private var composer: FrameComposer
  private let container: Container
  /// The number of frames in which nothing stands out.
  var emptyCount: Int { composer.emptyCount }
  /// The number of frames so far.
  private(set) var count = 0

  init(_ format: StreamFormat, _ style: FrameComposer.Style) {
    composer = FrameComposer(format, style)
    guard case .y4m(let header) = format, let made = composer.format else {
      container = .none
      return
    }
    container =
      made.layout.hasAlpha
      ? .matroska(MatroskaWriter(evenlySpaced: made)) : .y4m(header: Y4MHeader(made, others: header.others).bytes)
  }

  /// Writes the next frame.
  ///
  /// - Throws: `Failure` if standard output cannot be written.
  mutating func write(_ frame: MaskedFrame) throws(Failure) {
    let bytes = composer.bytes(of: frame)
    try Stage.write.measure(bytes: { bytes.count }) { () throws(Failure) in try write(bytes) }
    count += 1
  }

  private func write(_ bytes: [UInt8]) throws(Failure) {
    switch container {
    case .none: break
    case .y4m(let header): try Console.write(count == 0 ? header + Y4MHeader.frameHeader : Y4MHeader.frameHeader)
    case .matroska(let writer): try Console.write((count == 0 ? writer.header : []) + writer.frameHeader(at: count))
    }
    try Console.write(bytes)
  }
}
