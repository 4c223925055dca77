#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// A file that is read from its beginning to its end, once.
struct SourceFile: ~Copyable {
  private let path: String
  private let descriptor: Int32
  /// Its size in bytes.
  let byteCount: Int

  /// - Throws: where it cannot be opened or is no regular file.
  init(path: String) throws(DownloadError) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .input(path: path, reason: String(cString: strerror(errno))) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .input(path: path, reason: "it is no regular file")
    }
    byteCount = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Hands on every byte, piece by piece.
  func read(_ body: (UnsafeRawBufferPointer) throws(DownloadError) -> Void) throws(DownloadError) {
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { piece.deallocate() }
    while true {
      #if canImport(Glibc)
        let count = Glibc.read(descriptor, piece.baseAddress, piece.count)
      #elseif canImport(Musl)
        let count = Musl.read(descriptor, piece.baseAddress, piece.count)
      #else
        let count = Darwin.read(descriptor, piece.baseAddress, piece.count)
      #endif
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .input(path: path, reason: String(cString: strerror(errno))) }
      guard count > 0 else { return }
      try body(UnsafeRawBufferPointer(rebasing: piece[..<count]))
    }
  }
}
