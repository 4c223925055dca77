internal import LibC

/// Reads and writes whole files. A reader sees the old file or the new one, and never half of one.
package enum WholeFile {
  /// The bytes of a file; nil if it holds more than `limit`.
  package static func read(_ path: FilePath, limit: Int = .max) throws(SystemError) -> [UInt8]? {
    let file = try FileDescriptor.reading(path)
    return try file.closeAfter { () throws(SystemError) in try file.readToEnd(limit: limit) }
  }

  /// The bytes of a regular file that belongs to this user or to root and that nobody else may write. Use it for code,
  /// such as compiled programs, which must not come from other users.
  package static func readTrusted(_ path: FilePath) throws(SystemError) -> [UInt8] {
    let file = try FileDescriptor.reading(path, waits: false)
    return try file.closeAfter { () throws(SystemError) in try file.trustedContents() }
  }

  /// Writes bytes to a temporary file and renames it. After a failure the old file is unchanged, and no temporary file
  /// is left.
  ///
  /// - Parameter temporary: a free path in the same folder.
  package static func replace(
    _ path: FilePath, through temporary: FilePath, permissions: UInt32 = 0o600, with bytes: [UInt8]
  ) throws(SystemError) {
    do {
      try replace(path, through: temporary, permissions: permissions) { try $0.write(bytes) }
    } catch {
      throw error as? SystemError ?? .notPermitted
    }
  }

  /// Writes a file at a path that a user named.
  ///
  /// A symbolic link keeps pointing at the file, which is replaced. A device or a pipe is written to
  /// directly. If the file system has files without names (most on Linux), the temporary file is one, so that a process
  /// that is killed leaves nothing behind.
  ///
  /// - Parameter fill: writes the bytes; called again with another file if the file system has no files without names.
  /// - Throws: `SystemError`, or what `fill` threw; then the old file is unchanged, and no temporary file is left.
  package static func save(to path: FilePath, _ fill: (FileDescriptor) throws -> Void) throws {
    var target = path
    if let status = try? FileStatus(of: path) {
      switch status.kind {
      case .folder: throw SystemError.folder
      case .regular: target = path.real ?? path
      default: return try filled(.writing(path), fill)
      }
    }
    let folder = target.bytes.lastIndex(of: FilePath.slash).map { FilePath(bytes: target.bytes[...$0]) } ?? ""
    let temporary = folder.appending(FilePath(".u2cl-\(ProcessID.current)-\(UInt64.random(in: 0...UInt64.max)).tmp"))
    #if os(Linux)
      if try UnnamedFile.save(to: target, in: folder, exchangedThrough: temporary, fill) { return }
    #endif
    try replace(target, through: temporary, permissions: 0o666, fill)
  }

  private static func replace(
    _ path: FilePath, through temporary: FilePath, permissions: UInt32, _ fill: (FileDescriptor) throws -> Void
  ) throws {
    let file = try FileDescriptor.creating(temporary, permissions: permissions)
    do {
      try filled(file, fill)
      try temporary.rename(to: path)
    } catch {
      temporary.remove()
      throw error
    }
  }

  /// Fills a file and closes it, whatever happens.
  private static func filled(_ file: FileDescriptor, _ fill: (FileDescriptor) throws -> Void) throws {
    do { try fill(file) } catch {
      try? file.close()
      throw error
    }
    try file.close()
  }
}

extension FileDescriptor {
  /// The contents, if this process may trust them; see `WholeFile.readTrusted`.
  package func trustedContents() throws(SystemError) -> [UInt8] {
    let status = try status()
    guard status.kind == .regular, status.owner == geteuid() || status.owner == 0, status.permissions & 0o022 == 0
    else { throw .notPermitted }
    return try contents()
  }
}

extension FilePath {
  /// The first bytes of a file, at most `count`. A pipe that has taken the file's place does not make the caller wait.
  package func firstBytes(_ count: Int) throws(SystemError) -> [UInt8] {
    let file = try FileDescriptor.reading(self, waits: false)
    return try file.closeAfter { () throws(SystemError) in
      var failure: SystemError?
      let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, found in
        do throws(SystemError) { found = try file.read(into: UnsafeMutableRawBufferPointer(buffer)) } catch {
          failure = error
        }
      }
      if let failure { throw failure }
      return bytes
    }
  }
}
