import Files
import Pipelines
import Video

/// The times of frames: read from ffmpeg's notes before the frames are masked, taken when they are written.
final class FrameTimes: Sendable {
  private struct State {
    var text: [UInt8] = []
    var waiting: [Int] = []
    var first: Int?
    var last: Int?
    /// The time between the last two frames.
    var step: Int?
  }

  private let notes: FileDescriptor?
  /// Where the clock of the file begins, in microseconds.
  private let start: Int
  /// The frames a second of a constant rate; nil if the rate varies.
  private let constant: Double?
  /// The microseconds of a frame whose time is not known.
  private let usual: Double
  private let state = Monitor(State())

  init(_ notes: FileDescriptor?, start: Int, of video: VideoProbe.Stream) {
    self.notes = notes
    self.start = start
    constant = video.constantRate?.value
    usual = 1e6 / (video.meanRate?.value ?? 25)
  }

  /// Reads the time of the frame that has just been read.
  func read() {
    state.update { state in
      let time = Self.nextTime(notes, &state.text)
      let expected = time ?? state.last.map { $0 + Int(usual.rounded()) } ?? 0
      let first = state.first ?? max(0, expected)
      state.first = first
      let found: Int
      if let constant {
        // Many containers round times to milliseconds.
        func place(_ time: Int) -> Double { (Double(time - first) * constant / 1e6).rounded() }
        let least = state.last.map { place($0) + 1 } ?? 0
        found = first + Int((max(place(expected), least) / constant * 1e6).rounded())
      } else {
        // Two frames at the same moment would be one.
        found = max(expected, state.last.map { $0 + 1000 } ?? 0)
      }
      state.step = state.last.map { found - $0 }
      state.last = found
      state.waiting.append(found)
    }
  }

  /// The time of the next frame to write, in microseconds from the beginning of the file.
  func next() -> Int { state.update { $0.waiting.isEmpty ? 0 : $0.waiting.removeFirst() } }

  /// The time at which the last frame must be shown once more, so that it is shown as long as in the file; nil if the
  /// usual time of a frame is enough.
  ///
  /// Containers do not say how long the last frame lasts; readers take the time of the frame before.
  ///
  /// - Parameter end: the end of the stream, in microseconds of the file's clock.
  func repetition(before end: Int?) -> Int? {
    guard constant == nil, let end else { return nil }
    return state.update { state in
      guard let last = state.last else { return nil }
      let usual = state.step ?? Int(usual.rounded())
      return end - start - last > usual + usual / 2 ? end - start - usual : nil
    }
  }

  /// Reads lines up to one such as `frame:7    pts:233333  pts_time:0.233333`.
  private static func nextTime(_ notes: FileDescriptor?, _ text: inout [UInt8]) -> Int? {
    while true {
      while let end = text.firstIndex(of: UInt8(ascii: "\n")) {
        let words = String(decoding: text[..<end], as: UTF8.self).split(separator: " ")
        text.removeSubrange(...end)
        guard words.first?.hasPrefix("frame:") == true else { continue }
        return words.first { $0.hasPrefix("pts:") }.flatMap { Int($0.dropFirst(4)) }
      }
      let more = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
        count = (try? notes?.read(into: UnsafeMutableRawBufferPointer(buffer))) ?? 0
      }
      if more.isEmpty { return nil }
      text += more
    }
  }
}
