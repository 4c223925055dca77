#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// The system said no.
package struct SystemError: Error, Hashable {
  let code: Int32
  /// Such as `No space left on device`.
  package var reason: String { String(cString: strerror(code)) }

  package static var last: SystemError { SystemError(code: errno) }
}

/// Plain files, whole.
package enum SystemFile {
  /// The bytes of a regular file that belongs to this user or to root; nil where there is none or it cannot be read.
  ///
  /// What others could have written is not read: a program in the cache is code.
  package static func read(_ path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    return try? read(descriptor)
  }

  /// Every byte of an open file.
  static func read(_ descriptor: Int32) throws(SystemError) -> [UInt8] {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .last }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid() || status.st_uid == 0,
      status.st_mode & (S_IWGRP | S_IWOTH) == 0
    else { throw SystemError(code: EPERM) }
    var failure: SystemError?
    let bytes = [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
      while count < buffer.count {
        let taken = pread(descriptor, buffer.baseAddress?.advanced(by: count), buffer.count - count, off_t(count))
        if taken < 0, errno == EINTR { continue }
        if taken < 0 { failure = .last }
        guard taken > 0 else { break }
        count += taken
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Writes a file beside the path and renames it: a reader sees the old one or the new one. Where that fails, nothing
  /// is left behind.
  package static func replace(_ path: String, temporary: String, with bytes: [UInt8]) throws(SystemError) {
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .last }
    do throws(SystemError) {
      do throws(SystemError) { try write(bytes, to: descriptor) } catch {
        close(descriptor)
        throw error
      }
      guard close(descriptor) == 0, rename(temporary, path) == 0 else { throw .last }
    } catch {
      unlink(temporary)
      throw error
    }
  }

  /// Writes everything at the descriptor's place.
  static func write(_ bytes: [UInt8], to descriptor: Int32) throws(SystemError) {
    try bytes.withUnsafeBufferPointer { bytes throws(SystemError) in
      try write(UnsafeRawBufferPointer(bytes), to: descriptor)
    }
  }

  /// Writes everything at the descriptor's place.
  package static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(SystemError) {
    var written = 0
    while written < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
      #if canImport(Glibc)
        let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
      #elseif canImport(Musl)
        let count = Musl.write(descriptor, rest.baseAddress, rest.count)
      #else
        let count = Darwin.write(descriptor, rest.baseAddress, rest.count)
      #endif
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw count < 0 ? .last : SystemError(code: ENOSPC) }
      written += count
    }
  }

  /// Makes a folder and those above it, for this user alone unless told, as the XDG Base Directory Specification wants
  /// it.
  package static func makeFolder(_ path: String, permissions: UInt32 = 0o700) throws(SystemError) {
    if mkdir(path, mode_t(permissions)) == 0 { return }
    var status = stat()
    let code = errno
    if code == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex {
      try makeFolder(String(path[..<slash]), permissions: permissions)
      guard mkdir(path, mode_t(permissions)) == 0 || errno == EEXIST else { throw .last }
      return
    }
    guard code == EEXIST, stat(path, &status) == 0 else { throw SystemError(code: code) }
    guard status.st_mode & S_IFMT == S_IFDIR else { throw SystemError(code: ENOTDIR) }
  }

  /// Makes a folder that is this user's alone, or finds it so; false where another user could have made what is there.
  package static func makePrivateFolder(_ path: String) -> Bool {
    var status = stat()
    guard mkdir(path, 0o700) == 0 || errno == EEXIST, lstat(path, &status) == 0 else { return false }
    return status.st_mode & S_IFMT == S_IFDIR && status.st_uid == geteuid() && status.st_mode & 0o077 == 0
  }

  /// The folder itself, or the one above it that is there.
  static func nearestFolder(_ path: String) -> String {
    var path = path
    var status = stat()
    while stat(path, &status) != 0, errno == ENOENT, let slash = path.lastIndex(of: "/") {
      path = slash == path.startIndex ? "/" : String(path[..<slash])
    }
    return path
  }

  /// Makes sure that a folder takes files and that so many bytes are free.
  static func probe(_ folder: String, room: Int) throws(SystemError) {
    let name = "\(folder)/\(Cache.temporaryPrefix)\(processID)"
    let descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .last }
    close(descriptor)
    unlink(name)
    var disk = statvfs()
    guard statvfs(folder, &disk) == 0 else { throw .last }
    guard UInt64(disk.f_bavail) * UInt64(disk.f_frsize) >= UInt64(room), disk.f_files == 0 || disk.f_favail > 0 else {
      throw SystemError(code: ENOSPC)
    }
  }

  /// The size of a regular file; nil where there is none.
  package static func byteCount(of path: String, followingLinks: Bool = false) -> Int? {
    var status = stat()
    guard (followingLinks ? stat(path, &status) : lstat(path, &status)) == 0 else { return nil }
    return status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
  }

  /// A file of a folder.
  package struct Listing {
    package let name: String
    package let byteCount: Int
    /// Since it was last written.
    let ageInSeconds: Int
  }

  /// The regular files of a folder; empty where it cannot be read.
  package static func list(_ folder: String) -> [Listing] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    let now = time(nil)
    var files: [Listing] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      var status = stat()
      guard lstat("\(folder)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
      files.append(
        Listing(name: name, byteCount: Int(status.st_size), ageInSeconds: now - status.st_mtim.tv_sec))
    }
    return files
  }

  /// Whether it was there and is gone.
  @discardableResult
  package static func remove(_ path: String) -> Bool { unlink(path) == 0 }

  /// Removes a folder that is empty.
  static func removeFolder(_ path: String) { rmdir(path) }

  package static var processID: Int32 { getpid() }

  /// Whether a process of that number runs.
  static func isRunning(_ process: Int32) -> Bool { process > 0 && (kill(process, 0) == 0 || errno == EPERM) }

  /// Opens a file to be read and appended to, made where it is not there, and waits until no other process has it so.
  /// Closing it lets the next one in.
  static func openToAppend(_ path: String) throws(SystemError) -> Int32 {
    let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw .last }
    // Where the file system has no locks, two processes may interleave; every line is checked when it is read.
    while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
    return descriptor
  }

  /// Appends all or nothing.
  static func append(_ bytes: [UInt8], to descriptor: Int32, ofSize size: Int) throws(SystemError) {
    do throws(SystemError) { try write(bytes, to: descriptor) } catch {
      _ = ftruncate(descriptor, off_t(size))
      throw error
    }
  }

  package static func empty(_ descriptor: Int32) throws(SystemError) {
    guard ftruncate(descriptor, 0) == 0 else { throw .last }
  }

  package static func closeFile(_ descriptor: Int32) { close(descriptor) }
}
