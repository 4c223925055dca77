internal import LibC

/// The descriptor of an open file. It must be closed, by `close` or `closeAfter`.
package struct FileDescriptor: Hashable, Sendable {
  /// The number of the descriptor.
  package let rawValue: Int32

  package init(rawValue: Int32) { self.rawValue = rawValue }

  /// Standard input.
  package static let standardInput = FileDescriptor(rawValue: STDIN_FILENO)
  /// Standard output.
  package static let standardOutput = FileDescriptor(rawValue: STDOUT_FILENO)
  /// Standard error.
  package static let standardError = FileDescriptor(rawValue: STDERR_FILENO)
}

extension FileDescriptor {
  /// Whether this is a terminal.
  package var isTerminal: Bool { isatty(rawValue) == 1 }
}

// Opening and closing.
extension FileDescriptor {
  /// Opens a file, a pipe or a device to be read.
  ///
  /// - Parameter waits: whether opening a pipe waits until somebody writes to it.
  package static func reading(_ path: FilePath, waits: Bool = true) throws(SystemError) -> FileDescriptor {
    try open(path, O_RDONLY | O_CLOEXEC | (waits ? 0 : O_NONBLOCK))
  }

  /// Opens an existing file, such as a device or a pipe, to be written.
  package static func writing(_ path: FilePath) throws(SystemError) -> FileDescriptor {
    try open(path, O_WRONLY | O_CLOEXEC)
  }

  /// Creates a file to be written; fails if the path exists.
  ///
  /// - Parameter permissions: before the process's mask is applied.
  package static func creating(_ path: FilePath, permissions: UInt32) throws(SystemError) -> FileDescriptor {
    try open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, permissions)
  }

  /// Opens a file to be read and appended to, made if it is not there. A symbolic link is refused.
  package static func appending(_ path: FilePath, permissions: UInt32) throws(SystemError) -> FileDescriptor {
    try open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, permissions)
  }

  static func open(
    _ path: FilePath, _ flags: Int32, _ permissions: UInt32 = 0
  ) throws(SystemError) -> FileDescriptor {
    let descriptor = path.withCString { path in
      var descriptor: Int32
      repeat { descriptor = LibC.open(path, flags, mode_t(permissions)) } while descriptor < 0 && errno == EINTR
      return descriptor
    }
    guard descriptor >= 0 else { throw .last }
    return FileDescriptor(rawValue: descriptor)
  }

  /// Closes the file. Some file systems report only now that the disk is full.
  package func close() throws(SystemError) {
    guard LibC.close(rawValue) == 0 else { throw .last }
  }

  /// Runs `body` and closes the file, whatever happens.
  package func closeAfter<Result, Problem: Error>(
    _ body: () throws(Problem) -> Result
  ) throws(Problem) -> Result {
    defer { _ = LibC.close(rawValue) }
    return try body()
  }
}

// Reading.
extension FileDescriptor {
  /// Reads once into a buffer.
  ///
  /// - Returns: how many bytes there were; 0 at the end.
  package func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    while true {
      let count = LibC.read(rawValue, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      guard errno == EINTR else { throw .last }
    }
  }

  /// Reads from where the descriptor stands to the end.
  ///
  /// - Parameter limit: the most bytes to take.
  /// - Returns: nil if there are more.
  package func readToEnd(limit: Int) throws(SystemError) -> [UInt8]? {
    let expected = try status().byteCount
    guard expected <= limit else { return nil }
    var block = max(1 << 16, expected + 1)  // One byte more than expected, so that the second read sees the end.
    var result: [UInt8] = []
    while true {
      var failure: SystemError?
      let more = [UInt8](unsafeUninitializedCapacity: block) { buffer, initialized in
        do throws(SystemError) { initialized = try read(into: UnsafeMutableRawBufferPointer(buffer)) } catch {
          failure = error
        }
      }
      if let failure { throw failure }
      guard !more.isEmpty else { return result }
      if result.isEmpty { result = more } else { result += more }
      guard result.count <= limit else { return nil }
      block = 1 << 16
    }
  }

  /// Reads to the end, a mebibyte at a time.
  ///
  /// - Parameter failure: the error to throw if the system cannot read on.
  package func forEachPiece<Problem: Error>(
    orThrow failure: (SystemError) -> Problem, _ body: (UnsafeRawBufferPointer) throws(Problem) -> Void
  ) throws(Problem) {
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { piece.deallocate() }
    while true {
      let count: Int
      do throws(SystemError) { count = try read(into: piece) } catch { throw failure(error) }
      guard count > 0 else { return }
      try body(UnsafeRawBufferPointer(rebasing: piece[..<count]))
    }
  }

  /// All bytes of a regular file, wherever the descriptor stands.
  package func contents() throws(SystemError) -> [UInt8] {
    let size = try status().byteCount
    var failure: SystemError?
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < buffer.count {
        let taken = pread(rawValue, buffer.baseAddress?.advanced(by: count), buffer.count - count, off_t(count))
        if taken < 0, errno == EINTR { continue }
        if taken < 0 { failure = .last }
        guard taken > 0 else { break }
        count += taken
      }
    }
    if let failure { throw failure }
    return bytes
  }
}

// Writing.
extension FileDescriptor {
  /// Writes all bytes, however many system calls that takes.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
    try Self.writeAll(bytes) { LibC.write(rawValue, $0.baseAddress, $0.count) }
  }

  /// Writes all bytes, however many system calls that takes.
  package func write(_ bytes: [UInt8]) throws(SystemError) {
    try bytes.withUnsafeBufferPointer { bytes throws(SystemError) in try write(UnsafeRawBufferPointer(bytes)) }
  }

  /// Calls `write(2)`, or a substitute in a test, until no bytes are left.
  package static func writeAll(
    _ bytes: UnsafeRawBufferPointer, by call: (UnsafeRawBufferPointer) -> Int
  ) throws(SystemError) {
    var written = 0
    while written < bytes.count {
      let count = call(UnsafeRawBufferPointer(rebasing: bytes[written...]))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw count < 0 ? .last : .noSpace }
      written += count
    }
  }

  /// Cuts the file to a size.
  package func truncate(to size: Int) throws(SystemError) {
    guard ftruncate(rawValue, off_t(size)) == 0 else { throw .last }
  }

  /// Waits until everything that was written is on the disk.
  package func synchronize() throws(SystemError) {
    guard fsync(rawValue) == 0 else { throw .last }
  }

  /// How many bytes this user may still write to the disk that the file is on; nil if the system does not say.
  package var freeBytes: Int? {
    var disk = statvfs()
    guard fstatvfs(rawValue, &disk) == 0 else { return nil }
    let blocks = geteuid() == 0 ? disk.f_bfree : disk.f_bavail
    return Int(clamping: UInt64(blocks) * UInt64(disk.f_frsize))
  }
}
