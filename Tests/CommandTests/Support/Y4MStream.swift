import Foundation

/// A YUV4MPEG2 stream, taken apart without the command's own reader.
struct Y4MStream {
  let header: String
  let frames: [[UInt8]]

  /// - Parameter frameBytes: the bytes of a frame.
  init?(_ bytes: [UInt8], frameBytes: Int) {
    guard let end = bytes.firstIndex(of: 10) else { return nil }
    header = String(decoding: bytes[..<end], as: UTF8.self)
    var (frames, rest): ([[UInt8]], ArraySlice<UInt8>) = ([], bytes[(end + 1)...])
    while !rest.isEmpty {
      guard rest.starts(with: "FRAME\n".utf8), rest.count >= 6 + frameBytes else { return nil }
      frames.append(Array(rest.dropFirst(6).prefix(frameBytes)))
      rest = rest.dropFirst(6 + frameBytes)
    }
    self.frames = frames
  }

  /// The bytes of a stream.
  static func bytes(_ parameters: String, _ frames: [[UInt8]]) -> [UInt8] {
    Array("YUV4MPEG2 \(parameters)\n".utf8) + frames.flatMap { Array("FRAME\n".utf8) + $0 }
  }
}

extension Sandbox {
  /// Whether ffmpeg and ffprobe are installed; says that a test is skipped if they are not.
  var hasFFmpeg: Bool {
    get throws {
      if try shell("command -v ffmpeg && command -v ffprobe").code == 0 { return true }
      print("SKIPPED: ffmpeg is not installed")
      return false
    }
  }
}
