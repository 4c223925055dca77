internal import LibC

#if os(Linux)
  /// A file that has no name until it is whole (`O_TMPFILE`): whatever ends the process, nothing of it is left.
  enum UnnamedFile {
    /// `O_TMPFILE`, which Swift does not import, for writing.
    private static let flags = 0o20000000 | O_DIRECTORY | O_WRONLY | O_CLOEXEC

    /// Writes a file and gives it its name.
    ///
    /// - Parameters:
    ///   - folder: the one that the file will be in; empty for the working folder.
    ///   - other: a free name in the same folder, which the file has for a moment if it replaces another.
    ///   - fill: writes the bytes.
    /// - Returns: false if the file system cannot do this; then nothing was written.
    static func save(
      to path: FilePath, in folder: FilePath, exchangedThrough other: FilePath, _ fill: (FileDescriptor) throws -> Void
    ) throws -> Bool {
      guard let file = try? FileDescriptor.open(folder.isEmpty ? "." : folder, flags, 0o666) else { return false }
      return try file.closeAfter {
        try fill(file)
        if link(file, to: path) { return true }
        guard errno == EEXIST, link(file, to: other) else { return false }
        do throws(SystemError) { try other.rename(to: path) } catch {
          other.remove()
          return false
        }
        return true
      }
    }

    private static func link(_ file: FileDescriptor, to path: FilePath) -> Bool {
      path.withCString { linkat(AT_FDCWD, "/proc/self/fd/\(file.rawValue)", AT_FDCWD, $0, AT_SYMLINK_FOLLOW) } == 0
    }
  }
#endif
