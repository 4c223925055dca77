@_exported public import Files

/// File operations by `String`, for modules that do not use `FilePath` yet.
package enum SystemFile {
  package static func replace(_ path: String, temporary: String, with bytes: [UInt8]) throws(SystemError) {
    try WholeFile.replace(FilePath(path), through: FilePath(temporary), with: bytes)
  }

  package static func makeFolder(_ path: String, permissions: UInt32 = 0o700) throws(SystemError) {
    try Folder.make(FilePath(path), permissions: permissions)
  }

  package static func makePrivateFolder(_ path: String) -> Bool { Folder.makePrivate(FilePath(path)) }

  package static func byteCount(of path: String, followingLinks: Bool = false) -> Int? {
    FilePath(path).byteCount(followingLinks: followingLinks)
  }

  package static var processID: Int32 { ProcessID.current }
}
