#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// Reading whole files, with errors that name them.
package enum InputFile {
  /// The most bytes that are read of one file: 1 GiB, so that an endless device is no trap.
  package static let byteLimit = 1 << 30

  /// All bytes of a file.
  package static func bytes(ofFileAt path: String) throws(PictureError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      let code = errno
      let isMissing = code == ENOENT || code == ENOTDIR
      throw PictureError(isMissing ? .missing : .unreadable(reason: String(cString: strerror(code))), name: path)
    }
    defer { close(descriptor) }
    return try bytes(from: descriptor, name: path)
  }

  /// All bytes from where an open descriptor stands.
  package static func bytes(from descriptor: Int32, name: String) throws(PictureError) -> [UInt8] {
    var status = stat()
    var block = 1 << 16
    if fstat(descriptor, &status) == 0 {
      if status.st_mode & S_IFMT == S_IFDIR { throw PictureError(.isDirectory, name: name) }
      guard status.st_size <= byteLimit else { throw PictureError(.fileTooLarge(limit: byteLimit), name: name) }
      // One byte more than there should be lets the second read see the end.
      block = max(block, Int(status.st_size) + 1)
    }
    var result: [UInt8] = []
    while true {
      var count = 0
      let more = [UInt8](unsafeUninitializedCapacity: block) { buffer, initialized in
        repeat { count = read(descriptor, buffer.baseAddress, block) } while count < 0 && errno == EINTR
        initialized = max(0, count)
      }
      guard count >= 0 else {
        throw PictureError(.unreadable(reason: String(cString: strerror(errno))), name: name)
      }
      guard count > 0 else { return result }
      if result.isEmpty { result = more } else { result += more }
      guard result.count <= byteLimit else { throw PictureError(.fileTooLarge(limit: byteLimit), name: name) }
      block = 1 << 16
    }
  }
}
