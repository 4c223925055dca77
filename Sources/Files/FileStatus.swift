internal import LibC

/// The status of a file (stat).
package struct FileStatus: Sendable {
  /// The kinds of files.
  package enum Kind: Hashable, Sendable {
    case regular, folder, link, pipe, socket, device
  }

  /// A time as file systems keep it, since the beginning of 1970.
  package struct Time: Hashable, Sendable {
    package let seconds: Int
    package let nanoseconds: Int
  }

  /// The identity of a file, whatever its names are.
  package struct Identity: Hashable, Sendable {
    package let device: UInt64
    let number: UInt64
  }

  package let kind: Kind
  /// Its size; of use only for regular files.
  package let byteCount: Int
  /// When it was last written.
  package let modified: Time
  /// When its contents, name or permissions were last changed.
  package let changed: Time
  package let identity: Identity
  /// How many names it has in folders.
  package let linkCount: Int
  package let owner: UInt32
  /// The lower nine bits: read, write and execute for owner, group and others.
  package let permissions: UInt32

  /// The status of what has a path.
  ///
  /// - Parameter followingLinks: whether a symbolic link stands for what it points at.
  package init(of path: FilePath, followingLinks: Bool = true) throws(SystemError) {
    var status = stat()
    let code = path.withCString { followingLinks ? stat($0, &status) : lstat($0, &status) }
    guard code == 0 else { throw .last }
    self.init(status)
  }

  fileprivate init(_ status: stat) {
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .regular
      case S_IFDIR: .folder
      case S_IFLNK: .link
      case S_IFIFO: .pipe
      case S_IFSOCK: .socket
      default: .device
      }
    byteCount = Int(status.st_size)
    let (modified, changed) = (status.modification, status.change)
    self.modified = Time(seconds: modified.tv_sec, nanoseconds: modified.tv_nsec)
    self.changed = Time(seconds: changed.tv_sec, nanoseconds: changed.tv_nsec)
    identity = Identity(device: UInt64(truncatingIfNeeded: status.st_dev), number: UInt64(status.st_ino))
    linkCount = Int(status.st_nlink)
    owner = status.st_uid
    permissions = UInt32(status.st_mode) & 0o777
  }
}

extension FileDescriptor {
  /// The status of the open file.
  package func status() throws(SystemError) -> FileStatus {
    var status = stat()
    guard fstat(rawValue, &status) == 0 else { throw .last }
    return FileStatus(status)
  }
}

extension FileStatus.Time {
  /// The time now, by the clock that file systems use.
  package static var now: FileStatus.Time {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return FileStatus.Time(seconds: time.tv_sec, nanoseconds: time.tv_nsec)
  }
}

// What is there.
extension FilePath {
  /// The kind of what has this path; nil if nothing has it.
  package func kind(followingLinks: Bool = true) -> FileStatus.Kind? {
    (try? FileStatus(of: self, followingLinks: followingLinks))?.kind
  }

  /// Whether anything has this path; a link that points nowhere does not count.
  package var exists: Bool { kind() != nil }

  /// Whether the path leads to a folder, through links or not.
  package var isFolder: Bool { kind() == .folder }

  /// Whether the path is a folder itself, and not a link to one.
  package var isFolderItself: Bool { kind(followingLinks: false) == .folder }

  /// Whether the path itself is a symbolic link.
  package var isLink: Bool { kind(followingLinks: false) == .link }

  /// The size of a regular file; nil if there is none.
  package func byteCount(followingLinks: Bool = true) -> Int? {
    guard let status = try? FileStatus(of: self, followingLinks: followingLinks), status.kind == .regular else {
      return nil
    }
    return status.byteCount
  }

  /// The path from the root, without links, of what is there; nil if nothing is.
  package var real: FilePath? {
    withCString { path in
      guard let real = realpath(path, nil) else { return nil }
      defer { free(real) }
      return FilePath(cString: real)
    }
  }

  /// A path that is the same for all names of a file, through links, also for a file that is yet to be written.
  package var resolved: FilePath {
    if let real { return real }
    guard let folder = parent.real, let name = lastComponent else { return self }
    return folder.appending(name)
  }
}
