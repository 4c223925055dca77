internal import LibC

extension FileDescriptor {
  /// Opens a folder and locks it, so that one process at a time does what concerns the whole folder. Closing the
  /// descriptor unlocks it.
  ///
  /// - Returns: nil if another process has it locked, or if it cannot be opened.
  package static func lockedFolder(_ path: FilePath) -> FileDescriptor? {
    guard let folder = try? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) else { return nil }
    if flock(folder.rawValue, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      try? folder.close()
      return nil
    }
    return folder
  }

  /// Opens a file as `appending` does, and waits until no other process has it locked. Closing the file unlocks it.
  ///
  /// Trap: some file systems have no locks. Then two processes may write at once, and callers must detect that.
  package static func lockedAppending(
    _ path: FilePath, permissions: UInt32
  ) throws(SystemError) -> FileDescriptor {
    let file = try appending(path, permissions: permissions)
    while flock(file.rawValue, LOCK_EX) != 0, errno == EINTR {}
    return file
  }

  /// The same for a file that its owner renames or removes when it is complete. A process that waited then opens the
  /// path again.
  ///
  /// - Parameter whenBusy: called once, before the wait.
  package static func lockedAppendingInPlace(
    _ path: FilePath, permissions: UInt32, whenBusy: () -> Void
  ) throws(SystemError) -> FileDescriptor {
    var hasWaited = false
    while true {
      let file = try appending(path, permissions: permissions)
      if flock(file.rawValue, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
        if !hasWaited { whenBusy() }
        hasWaited = true
        while flock(file.rawValue, LOCK_EX) != 0, errno == EINTR {}
      }
      if let opened = try? file.status(), let named = try? FileStatus(of: path, followingLinks: false),
        opened.identity == named.identity
      {
        return file
      }
      try file.close()
    }
  }
}
