import Files
import Models
import Pipelines
import U2Net

/// Reads whole frames from a stream, each when there is room for it; the writer of the stream waits until then.
final class FrameSource: Sendable {
  private struct State {
    var count = 0
    var failure: Failure?
  }

  private let format: FrameFormat
  private let file: FileDescriptor
  private let stop: StopSignal
  private let state = Monitor(State())

  init(format: FrameFormat, file: FileDescriptor, stop: StopSignal) {
    self.format = format
    self.file = file
    self.stop = stop
  }

  /// Why the stream ended early; nil if it did not.
  var failure: Failure? { state.update { $0.failure } }

  /// Reads the bytes of the next frame; nil at the end, or after the stop signal.
  func next() -> [UInt8]? {
    var filled = 0
    var failed: SystemError?
    let frame = [UInt8](unsafeUninitializedCapacity: format.byteCount) { buffer, initialized in
      while filled < buffer.count, stop.waitForInput(on: file.rawValue) {
        do throws(SystemError) {
          let rest = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[filled...]))
          let count = try file.read(into: rest)
          if count == 0 { break }
          filled += count
        } catch {
          if error.isBlocked { continue }
          failed = error
          break
        }
      }
      initialized = filled
    }
    if filled == format.byteCount {
      state.update { $0.count += 1 }
      return frame
    }
    if !stop.isGiven { end(filled: filled, failed: failed) }
    return nil
  }

  private func end(filled: Int, failed: SystemError?) {
    state.update { state in
      if let failed {
        state.failure = Failure(.file, "standard input cannot be read (\(failed.reason))")
      } else if filled > 0 {
        state.failure = Failure(
          .file,
          """
          standard input ends in the middle of frame \(state.count + 1), after \(filled) of its \(format.byteCount) \
          bytes; check --width, --height and --pixel
          """)
      } else if state.count == 0 {
        state.failure = Failure(.file, "standard input holds no frame; check what writes it")
      }
    }
  }
}
