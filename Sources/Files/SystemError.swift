internal import LibC

/// An error number of the operating system (errno).
package struct SystemError: Error, Hashable, CustomStringConvertible {
  /// Such as `ENOSPC`.
  package let code: Int32

  package init(code: Int32) { self.code = code }

  /// The system's own words, such as `No space left on device`.
  package var reason: String { String(cString: strerror(code)) }

  package var description: String { reason }

  /// The error of the system call that has just failed.
  package static var last: SystemError { SystemError(code: errno) }

  /// There is no such file, or no such folder on the way to it.
  package var isMissing: Bool { code == ENOENT || code == ENOTDIR }
  /// The path names a folder where a file is needed.
  package var isFolder: Bool { code == EISDIR }
  /// There is nothing to read at the moment, from a descriptor that does not wait.
  package var isBlocked: Bool { code == EAGAIN || code == EWOULDBLOCK }
  /// There is a file of that name already.
  package var isOccupied: Bool { code == EEXIST }

  /// The disk is full.
  package static let noSpace = SystemError(code: ENOSPC)
  /// The operation is not permitted.
  package static let notPermitted = SystemError(code: EPERM)
  /// The path names something that is not a folder.
  package static let notFolder = SystemError(code: ENOTDIR)
  /// The path names a folder.
  package static let folder = SystemError(code: EISDIR)
}
