internal import Caches

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

extension SystemFile {
  /// Opens a file to be appended to, made where it is not there, and waits until no other process has it so. Closing it
  /// lets the next one in.
  ///
  /// - Parameter whenBusy: called once, before it waits.
  static func openAlone(_ path: String, whenBusy: () -> Void) throws(SystemError) -> Int32 {
    var hasSaidSo = false
    while true {
      let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o666)
      guard descriptor >= 0 else { throw .last }
      // Where the file system has no locks, two processes may interleave; the file's checksum finds it.
      if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
        if !hasSaidSo { whenBusy() }
        hasSaidSo = true
        while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
      }
      // Whoever had it may have renamed or removed it.
      if isSame(descriptor, path) { return descriptor }
      close(descriptor)
    }
  }

  private static func isSame(_ descriptor: Int32, _ path: String) -> Bool {
    var (opened, named) = (stat(), stat())
    guard fstat(descriptor, &opened) == 0, lstat(path, &named) == 0 else { return false }
    return opened.st_ino == named.st_ino && opened.st_dev == named.st_dev
  }

  static func byteCount(of descriptor: Int32) throws(SystemError) -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .last }
    return Int(status.st_size)
  }

  /// How much room this user has on the disk of an open file; nil where the system does not say.
  static func freeBytes(_ descriptor: Int32) -> Int? {
    var disk = statvfs()
    guard fstatvfs(descriptor, &disk) == 0 else { return nil }
    let blocks = geteuid() == 0 ? disk.f_bfree : disk.f_bavail
    return Int(clamping: UInt64(blocks) * UInt64(disk.f_frsize))
  }

  /// Gives an open file, once all of it is on the disk, another name, in place of what had that.
  static func commit(_ descriptor: Int32, _ path: String, to target: String) throws(SystemError) {
    guard fsync(descriptor) == 0, rename(path, target) == 0 else { throw .last }
  }
}
