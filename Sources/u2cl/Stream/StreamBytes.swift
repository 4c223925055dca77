import Files
import Pipelines

/// The bytes of a pipe, as they arrive, until it ends or the stop signal is given.
final class StreamBytes: Sendable {
  private let file: FileDescriptor
  private let stop: StopSignal
  /// What was read to see what comes.
  private let ahead = Monitor<[UInt8]>([])

  init(_ file: FileDescriptor, stop: StopSignal) {
    self.file = file
    self.stop = stop
  }

  /// Whether reading has ended because of the stop signal.
  var isStopped: Bool { stop.isGiven }

  /// Reads some bytes, at least one; none at the end, or after the stop signal.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    let kept = ahead.update { kept in
      let count = min(kept.count, buffer.count)
      buffer.copyBytes(from: kept[..<count])
      kept.removeFirst(count)
      return count
    }
    if kept > 0 { return kept }
    while stop.waitForInput(on: file.rawValue) {
      do throws(SystemError) { return try file.read(into: buffer) } catch {
        if !error.isBlocked { throw error }
      }
    }
    return 0
  }

  /// Reads until the buffer is full; fewer bytes at the end, or after the stop signal.
  func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let count = try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
      if count == 0 { break }
      filled += count
    }
    return filled
  }

  /// Whether these bytes come next. They are still there to be read.
  func begins(with bytes: [UInt8]) throws(SystemError) -> Bool {
    var failure: SystemError?
    let first = [UInt8](unsafeUninitializedCapacity: bytes.count) { buffer, count in
      do throws(SystemError) { count = try fill(UnsafeMutableRawBufferPointer(buffer)) } catch { failure = error }
    }
    if let failure { throw failure }
    ahead.update { $0 = first }
    return first == bytes
  }
}
