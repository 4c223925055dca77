package import Files

/// Why a YUV4MPEG2 stream cannot be read.
package enum Y4MError: Error, Hashable, Sendable {
  /// The stream begins with something else.
  case noSignature
  /// The stream ends before its header does, or the header has no end.
  case noHeaderEnd
  /// A parameter of the header is missing or has no meaning; nil if it is missing.
  case parameter(Character, value: String?)
  /// The colour space is one that cannot be read.
  case colorSpace(String)
  /// The header claims more pixels than the limit.
  case tooLarge(width: Int, height: Int, limit: Int)
  /// Frames are numbered from one.
  case noFrameHeader(frame: Int)
  /// The stream ends in the middle of a frame.
  case truncated(frame: Int, found: Int, expected: Int)
  /// Another stream with other frames follows.
  case changed(frame: Int, to: String)
  /// The stream has a header and no frame.
  case empty
  /// The system cannot read it.
  case unreadable(SystemError)
}

extension Y4MError: CustomStringConvertible {
  /// What is wrong and what to do, as a clause that follows the name of the stream.
  package var description: String {
    switch self {
    case .noSignature: "is no YUV4MPEG2 stream; write one with ffmpeg -i IN -f yuv4mpegpipe -"
    case .noHeaderEnd: "has a YUV4MPEG2 header without end; check what writes it"
    case .parameter(let name, nil): "has a YUV4MPEG2 header without the parameter \(name); check what writes it"
    case .parameter(let name, let value?):
      "has a YUV4MPEG2 header with \(name)\(value.printable(atMost: 40)), which has no meaning; check what writes it"
    case .colorSpace(let name):
      """
      has frames of the colour space \(name.printable(atMost: 40)), which is not supported; have ffmpeg write \
      -pix_fmt yuv420p
      """
    case .tooLarge(let width, let height, let limit):
      "claims frames of \(width)×\(height) pixels; up to \(limit / 1_000_000) million are possible"
    case .noFrameHeader(let frame): "does not go on with a frame after frame \(frame - 1); check what writes it"
    case .truncated(let frame, let found, let expected):
      "ends in the middle of frame \(frame), after \(found) of its \(expected) bytes; check what writes it"
    case .changed(let frame, let format):
      "changes to \(format.printable(atMost: 80)) at frame \(frame); write frames of one format"
    case .empty: "holds no frame; check what writes it"
    case .unreadable(let error): "cannot be read (\(error.reason))"
    }
  }
}
