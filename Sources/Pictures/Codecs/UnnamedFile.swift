#if os(Linux)
  #if canImport(Glibc)
    internal import Glibc
  #else
    internal import Musl
  #endif

  /// A file that has no name until it is whole (`O_TMPFILE`): whatever ends the process, nothing of it is left.
  enum UnnamedFile {
    /// `O_TMPFILE`, which Swift does not import, for writing.
    private static let flags = 0o20000000 | O_DIRECTORY | O_WRONLY | O_CLOEXEC

    /// Writes a file and gives it its name.
    ///
    /// - Parameters:
    ///   - folder: the one that the file will be in, with its slash; empty for where the process runs.
    ///   - other: a name in the same folder that is free, for a moment, where a file of that name is there already.
    ///   - fill: writes the file's bytes; may be called again with another descriptor where this returns false.
    /// - Returns: false where the file system cannot do this; then nothing was written.
    static func save(
      to path: String, in folder: String, exchangedThrough other: String,
      _ fill: (_ descriptor: Int32) throws -> Void
    ) throws -> Bool {
      let descriptor = open(folder.isEmpty ? "." : folder, flags, 0o666)
      guard descriptor >= 0 else { return false }
      defer { close(descriptor) }
      try fill(descriptor)
      if name(descriptor, path) { return true }
      guard errno == EEXIST, name(descriptor, other) else { return false }
      guard rename(other, path) == 0 else {
        unlink(other)
        return false
      }
      return true
    }

    private static func name(_ descriptor: Int32, _ path: String) -> Bool {
      linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0
    }
  }
#endif
