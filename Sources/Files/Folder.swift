internal import LibC

/// Makes, lists and examines folders.
package enum Folder {
  /// Something in a folder.
  package struct Entry: Sendable {
    package let name: FilePath
    /// What it is itself, links not followed; nil if the file system does not say that without a look at it.
    package let kind: FileStatus.Kind?
  }

  /// The names of everything in a folder, in the order of their bytes.
  package static func names(in folder: FilePath) throws(SystemError) -> [FilePath] {
    try entries(in: folder).map(\.name)
  }

  /// Everything in a folder, in the order of the names' bytes.
  package static func entries(in folder: FilePath) throws(SystemError) -> [Entry] {
    guard let stream = folder.withCString({ opendir($0) }) else { throw .last }
    defer { closedir(stream) }
    var entries: [Entry] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
        name.withMemoryRebound(to: CChar.self, capacity: 1) { FilePath(cString: $0) }
      }
      guard name != ".", name != ".." else { continue }
      entries.append(Entry(name: name, kind: kind(Int(entry.pointee.d_type))))
    }
    return entries.sorted { $0.name < $1.name }
  }

  private static func kind(_ type: Int) -> FileStatus.Kind? {
    switch type {
    case Int(DT_REG): .regular
    case Int(DT_DIR): .folder
    case Int(DT_LNK): .link
    case Int(DT_FIFO): .pipe
    case Int(DT_SOCK): .socket
    case Int(DT_CHR), Int(DT_BLK): .device
    default: nil
    }
  }

  /// The paths, below a folder, of everything in it and in the folders in it. Links are not followed, and folders that
  /// cannot be read are left out.
  package static func everything(in folder: FilePath) -> [FilePath] {
    var found: [FilePath] = []
    // A stack, not recursion: trees may be deep.
    var pending: [FilePath] = [""]
    while let below = pending.popLast() {
      for name in (try? names(in: folder.appending(below))) ?? [] {
        let path = below.appending(name)
        found.append(path)
        if folder.appending(path).isFolderItself { pending.append(path) }
      }
    }
    return found
  }

  /// Makes a folder and those above it, unless they are there. By default they are this user's alone, as the XDG Base
  /// Directory Specification wants it for caches.
  package static func make(_ path: FilePath, permissions: UInt32 = 0o700) throws(SystemError) {
    func made() -> Bool { path.withCString { mkdir($0, mode_t(permissions)) } == 0 }
    if made() { return }
    let failure = SystemError.last
    if failure.code == ENOENT, path.parent != path, path.parent != "." {
      try make(path.parent, permissions: permissions)
      guard made() || errno == EEXIST else { throw .last }
      return
    }
    guard failure.isOccupied, let status = try? FileStatus(of: path) else { throw failure }
    guard status.kind == .folder else { throw .notFolder }
  }

  /// Makes a folder that only this user may use, or finds it there.
  ///
  /// - Returns: false if another user could have made the existing one.
  package static func makePrivate(_ path: FilePath) -> Bool {
    guard path.withCString({ mkdir($0, 0o700) }) == 0 || errno == EEXIST,
      let status = try? FileStatus(of: path, followingLinks: false)
    else { return false }
    return status.kind == .folder && status.owner == geteuid() && status.permissions & 0o077 == 0
  }

  /// The folder itself, or the nearest one above it that is there.
  package static func nearest(to path: FilePath) -> FilePath {
    var path = path
    while true {
      do throws(SystemError) {
        _ = try FileStatus(of: path)
        return path
      } catch {
        guard error.code == ENOENT, path.bytes.contains(FilePath.slash) else { return path }
        path = path.parent
      }
    }
  }

  /// Makes sure that a folder takes files and that the disk has room.
  ///
  /// - Parameters:
  ///   - name: the name of an empty file that is made and removed as a test.
  ///   - room: the bytes that must be free.
  package static func probe(_ folder: FilePath, name: FilePath, room: Int) throws(SystemError) {
    let probe = folder.appending(name)
    try FileDescriptor.creating(probe, permissions: 0o600).close()
    probe.remove()
    var disk = statvfs()
    guard folder.withCString({ statvfs($0, &disk) }) == 0 else { throw .last }
    guard UInt64(disk.f_bavail) * UInt64(disk.f_frsize) >= UInt64(room), disk.f_files == 0 || disk.f_favail > 0 else {
      throw .noSpace
    }
  }

  /// Whether code can be run from files in a folder, as drivers run the kernels that they have compiled. Only mapping a
  /// file tells: neither mount options nor permissions say all.
  ///
  /// - Parameter name: the name of a file that is made and removed as a test.
  package static func runsCode(_ folder: FilePath, name: FilePath) throws(SystemError) -> Bool {
    let probe = folder.appending(name)
    let file = try FileDescriptor.open(probe, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    defer { probe.remove() }
    return try file.closeAfter { () throws(SystemError) in
      let size = 4096
      try file.truncate(to: size)
      guard let code = mmap(nil, size, PROT_READ | PROT_EXEC, MAP_PRIVATE, file.rawValue, 0), code != MAP_FAILED else {
        // A lack of memory says nothing about the folder.
        return errno != EPERM && errno != EACCES
      }
      munmap(code, size)
      return true
    }
  }
}

extension FilePath {
  /// Removes a file.
  ///
  /// - Returns: whether it was there and is gone.
  @discardableResult
  package func remove() -> Bool { withCString { unlink($0) } == 0 }

  /// Removes a folder that is empty.
  @discardableResult
  package func removeFolder() -> Bool { withCString { rmdir($0) } == 0 }

  /// Gives a file another name on the same disk, in place of what had that name.
  package func rename(to target: FilePath) throws(SystemError) {
    let code = withCString { source in target.withCString { LibC.rename(source, $0) } }
    guard code == 0 else { throw .last }
  }

  /// The folder that this process runs in.
  package static var workingFolder: FilePath? {
    guard let path = getcwd(nil, 0) else { return nil }
    defer { free(path) }
    return FilePath(cString: path)
  }
}
