#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// Writing whole files so that a reader sees the old one or the new one and never half of one.
public enum OutputFile {
  /// Writes `bytes` to a temporary file in the same directory and renames it to `path`.
  ///
  /// Where the system has files without names (Linux, most file systems) the temporary file is one: a process that is
  /// killed leaves nothing behind.
  /// A symbolic link keeps pointing at the file, which is replaced; a device or a pipe is written to as it is.
  /// - Throws: an `PictureError` that names `path`; then nothing was changed and no temporary file is left.
  public static func save(_ bytes: [UInt8], toFileAt path: String) throws(PictureError) {
    do {
      try replace(path) { descriptor in try bytes.withUnsafeBytes { try writeAll($0, to: descriptor) } }
    } catch {
      throw PictureError(error as? PictureError.Problem ?? .unwritable(reason: "\(error)"), name: path)
    }
  }

  /// Writes what `body` hands over piece by piece, as `save` does: files that need not be in memory as a whole.
  ///
  /// - Throws: an `PictureError` that names `path`, or what `body` threw; then nothing was changed and no temporary file is
  ///   left.
  public static func stream(
    toFileAt path: String, _ body: (_ emit: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws {
    do {
      try replace(path) { descriptor in try body { try writeAll($0, to: descriptor) } }
    } catch let problem as PictureError.Problem {
      throw PictureError(problem, name: path)
    }
  }

  /// - Throws: `PictureError.Problem`, or what `fill` threw.
  private static func replace(_ path: String, fill: (_ descriptor: Int32) throws -> Void) throws {
    var target = path
    var status = stat()
    if stat(path, &status) == 0 {
      switch status.st_mode & S_IFMT {
      case S_IFDIR: throw PictureError.Problem.isDirectory
      case S_IFREG: target = resolved(path)
      default: return try writeDirectly(to: path, fill)
      }
    }
    let temporary = directory(of: target) + ".u2cl-\(getpid())-\(UInt64.random(in: 0...UInt64.max)).tmp"
    #if os(Linux)
      if try UnnamedFile.save(to: target, in: directory(of: target), exchangedThrough: temporary, fill) { return }
    #endif
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure() }
    do {
      try filled(descriptor, fill)
      guard rename(temporary, target) == 0 else { throw failure() }
    } catch {
      unlink(temporary)
      throw error
    }
  }

  private static func writeDirectly(to path: String, _ fill: (_ descriptor: Int32) throws -> Void) throws {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure() }
    try filled(descriptor, fill)
  }

  /// Fills a file and closes the descriptor, whatever happens.
  private static func filled(_ descriptor: Int32, _ fill: (_ descriptor: Int32) throws -> Void) throws {
    do { try fill(descriptor) } catch {
      close(descriptor)
      throw error
    }
    guard close(descriptor) == 0 else { throw failure() }
  }

  private static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws {
    var written = 0
    while written < bytes.count {
      let count = write(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
      guard count >= 0 || errno == EINTR else { throw failure() }
      written += max(0, count)
    }
  }

  /// The file that a chain of symbolic links ends at.
  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  /// Everything up to and with the last slash; empty for a bare name.
  private static func directory(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
  }

  private static func failure() -> PictureError.Problem { .unwritable(reason: String(cString: strerror(errno))) }
}
