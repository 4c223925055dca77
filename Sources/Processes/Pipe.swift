internal import Files
internal import LibC
internal import Pipelines

/// A pipe; both ends are closed with this object, and neither is inherited by other processes.
final class Pipe: Sendable {
  let reader: FileDescriptor
  let writer: FileDescriptor
  private let open = Monitor((reader: true, writer: true))

  /// - Returns: nil if the system has no descriptors left.
  init?() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (reader, writer) = (FileDescriptor(rawValue: ends[0]), FileDescriptor(rawValue: ends[1]))
  }

  deinit {
    closeReader()
    closeWriter()
  }

  func closeReader() {
    if open.update({ Self.take(&$0.reader) }) { try? reader.close() }
  }

  func closeWriter() {
    if open.update({ Self.take(&$0.writer) }) { try? writer.close() }
  }

  private static func take(_ isOpen: inout Bool) -> Bool {
    defer { isOpen = false }
    return isOpen
  }

  /// Reads what is there, without waiting for more.
  func drain(into bytes: inout [UInt8]) {
    _ = fcntl(reader.rawValue, F_SETFL, fcntl(reader.rawValue, F_GETFL) | O_NONBLOCK)
    while reader.readSome(into: &bytes) {}
  }
}

extension FileDescriptor {
  /// Reads up to 4096 bytes, as many as are there; waits if there are none.
  ///
  /// - Returns: false at the end, or if nothing can be read.
  func readSome(into bytes: inout [UInt8]) -> Bool {
    let block = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
      count = (try? read(into: UnsafeMutableRawBufferPointer(buffer))) ?? 0
    }
    bytes += block
    return !block.isEmpty
  }
}
