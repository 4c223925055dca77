package import Files

/// Reads whole files, with errors that name them.
package enum InputFile {
  /// The most bytes that are read from one file: 1 GiB, so that an endless device does not fill the memory.
  package static let byteLimit = 1 << 30

  /// All bytes of a file.
  package static func bytes(ofFileAt path: FilePath) throws(PictureError) -> [UInt8] {
    let file: FileDescriptor
    do throws(SystemError) { file = try FileDescriptor.reading(path) } catch {
      throw PictureError(error.isMissing ? .missing : .unreadable(reason: error.reason), name: "\(path)")
    }
    return try file.closeAfter { () throws(PictureError) in try bytes(from: file, name: "\(path)") }
  }

  /// All bytes from where an open file stands; `name` is what errors call the file.
  package static func bytes(from file: FileDescriptor, name: String) throws(PictureError) -> [UInt8] {
    do throws(SystemError) {
      if let bytes = try file.readToEnd(limit: byteLimit) { return bytes }
    } catch {
      throw PictureError(error.isFolder ? .isDirectory : .unreadable(reason: error.reason), name: name)
    }
    throw PictureError(.fileTooLarge(limit: byteLimit), name: name)
  }
}
