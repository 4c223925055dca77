internal import Files

/// A regular file that is read once, from its beginning to its end.
struct SourceFile: ~Copyable {
  private let path: FilePath
  private let file: FileDescriptor
  /// The file's size in bytes.
  let byteCount: Int

  /// - Throws: `DownloadError.input` if the file cannot be opened or is not a regular one.
  init(_ path: FilePath) throws(DownloadError) {
    let opened: FileDescriptor
    let status: FileStatus
    do throws(SystemError) {
      opened = try FileDescriptor.reading(path, waits: false)
      status = try opened.status()
    } catch {
      throw .input(path: "\(path)", reason: error.reason)
    }
    guard status.kind == .regular else {
      try? opened.close()
      throw .input(path: "\(path)", reason: "it is not a regular file")
    }
    self.path = path
    file = opened
    byteCount = status.byteCount
  }

  deinit { try? file.close() }

  /// Calls `body` with every byte, a piece at a time.
  func read(_ body: (UnsafeRawBufferPointer) throws(DownloadError) -> Void) throws(DownloadError) {
    let name = "\(path)"
    try file.forEachPiece(orThrow: { DownloadError.input(path: name, reason: $0.reason) }, body)
  }
}
