import Files
import Models
import Pictures
import Pipelines
import U2Net
import Video

/// How the frames of a stream come.
enum StreamFormat: Sendable {
  /// Without any header.
  case raw(FrameFormat)
  /// As YUV4MPEG2.
  case y4m(Y4MHeader)
}

/// Reads whole frames from a stream, each when there is room for it; the writer of the stream waits until then.
final class FrameSource: Sendable {
  private enum Reader {
    case raw(FrameFormat, count: Int)
    case y4m(Y4MReader)
  }

  private let name: String
  private let bytes: StreamBytes
  private let reader: Monitor<Reader>
  private let problem = Monitor<Failure?>(nil)
  /// How the frames come.
  let format: StreamFormat

  /// Frames without header.
  init(_ format: FrameFormat, _ bytes: StreamBytes, name: String) {
    (self.name, self.bytes, self.format) = (name, bytes, .raw(format))
    reader = Monitor(.raw(format, count: 0))
  }

  /// Frames in YUV4MPEG2.
  ///
  /// - Parameter adapt: returns the format with what the header does not say.
  /// - Throws: `Failure` if the header cannot be read.
  init(
    y4m bytes: StreamBytes, name: String, adapt: (VideoFormat) -> VideoFormat = { $0 }
  ) throws(Failure) {
    (self.name, self.bytes) = (name, bytes)
    do throws(Y4MError) {
      let reader = try Y4MReader { buffer throws(Y4MError) in
        do throws(SystemError) { return try bytes.read(into: buffer) } catch { throw .unreadable(error) }
      }
      format = .y4m(Y4MHeader(adapt(reader.header.format), others: reader.header.others))
      self.reader = Monitor(.y4m(reader))
    } catch {
      throw Failure(.file, "\(name) \(error)")
    }
  }

  /// Why the stream ended early; nil if it did not.
  var failure: Failure? { problem.update { $0 } }

  /// The function that makes pictures of frames.
  ///
  /// - Parameter matrix: the matrix of colours, in place of the usual one.
  func pictures(matrix: VideoColor.Matrix?) -> @Sendable ([UInt8]) -> Picture {
    switch format {
    case .raw(let format): return { format.picture(of: $0) }
    case .y4m(let header):
      let converter = FrameConverter(header.format, matrix: matrix)
      return { converter.picture(of: $0) }
    }
  }

  /// Reads the bytes of the next frame; nil at the end, or after the stop signal.
  func next() -> [UInt8]? {
    reader.update { reader in
      switch reader {
      case .raw(let format, let count):
        let frame = rawFrame(of: format, after: count)
        if frame != nil { reader = .raw(format, count: count + 1) }
        return frame
      case .y4m(var y4m):
        do throws(Y4MError) {
          let frame = try y4m.next()
          reader = .y4m(y4m)
          return frame
        } catch {
          return end("\(error)")
        }
      }
    }
  }

  private func rawFrame(of format: FrameFormat, after count: Int) -> [UInt8]? {
    var failed: SystemError?
    let frame = [UInt8](unsafeUninitializedCapacity: format.byteCount) { buffer, initialized in
      do throws(SystemError) { initialized = try bytes.fill(UnsafeMutableRawBufferPointer(buffer)) } catch {
        failed = error
      }
    }
    if let failed { return end("cannot be read (\(failed.reason))") }
    if frame.count == format.byteCount { return frame }
    if !frame.isEmpty {
      return end(
        """
        ends in the middle of frame \(count + 1), after \(frame.count) of its \(format.byteCount) bytes; check \
        --width, --height and --pixel, or have ffmpeg write -f yuv4mpegpipe, which carries the size
        """)
    }
    return count == 0 ? end("holds no frame; check what writes it") : nil
  }

  /// Notes why the stream has ended, unless it was stopped.
  private func end(_ reason: String) -> [UInt8]? {
    if !bytes.isStopped { problem.update { $0 = Failure(.file, "\(name) \(reason)") } }
    return nil
  }
}
