internal import Files

/// The beginning of a file that is being downloaded, hidden in the folder where the whole file will be. After an
/// interruption the next process goes on from what is there. Only one process at a time has it open.
final class PartFile {
  /// Where the part is.
  let path: FilePath
  private let target: FilePath
  private let file: FileDescriptor
  /// The number of bytes that are there.
  private(set) var byteCount = 0

  /// Opens the part of a target, and waits until no other process has it.
  ///
  /// - Parameter whenBusy: called before it waits.
  /// - Throws: `DownloadError.output` if the folder takes no file.
  init(of target: FilePath, _ checksum: Checksum, whenBusy: () -> Void) throws(DownloadError) {
    self.target = target
    path = Self.path(of: target, checksum)
    do throws(SystemError) {
      // Where the file system has no locks, two processes may write at once; the file's checksum finds that.
      file = try FileDescriptor.lockedAppendingInPlace(path, permissions: 0o666, whenBusy: whenBusy)
      byteCount = try file.status().byteCount
    } catch {
      throw .output(path: "\(path)", reason: error.reason)
    }
  }

  deinit { try? file.close() }

  /// The server's entity tag or date of the file that the part belongs to; nil if it is not known.
  var validator: String? {
    (try? WholeFile.readTrusted(validatorPath)).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Stores the validator for the next process. If that fails, the checksum of the whole file finds parts that do not
  /// belong together.
  func keep(validator: String?) {
    validatorPath.remove()
    guard let validator else { return }
    try? WholeFile.replace(
      validatorPath, through: validatorPath.adding(suffix: "-\(ProcessID.current)"), with: Array(validator.utf8))
  }

  /// Appends bytes.
  func append(_ bytes: UnsafeRawBufferPointer) throws(DownloadError) {
    do throws(SystemError) {
      try file.write(bytes)
      byteCount += bytes.count
    } catch {
      byteCount = (try? file.status().byteCount) ?? byteCount
      throw .output(path: "\(path)", reason: error.reason)
    }
  }

  /// Empties the part.
  func startOver() throws(DownloadError) {
    validatorPath.remove()
    do throws(SystemError) { try file.truncate(to: 0) } catch {
      throw .output(path: "\(path)", reason: error.reason)
    }
    byteCount = 0
  }

  /// Makes sure that the disk has room for a whole file of `total` bytes.
  func makeRoom(for total: Int) throws(DownloadError) {
    guard let free = file.freeBytes, free < total - byteCount else { return }
    throw .noRoom(folder: "\(path.parent)", needed: total - byteCount, free: free)
  }

  /// Removes the part.
  func discard() {
    path.remove()
    validatorPath.remove()
  }

  /// Renames the part to the target, in place of what was there, once all of it is on the disk.
  func commit() throws(DownloadError) {
    do throws(SystemError) {
      try file.synchronize()
      try path.rename(to: target)
    } catch {
      throw .output(path: "\(target)", reason: error.reason)
    }
    validatorPath.remove()
  }

  private var validatorPath: FilePath { path.adding(suffix: ".validator") }
}

extension PartFile {
  private static let suffix = ".part"

  /// The part of a target. The name holds the checksum, so that a part never belongs to another file.
  private static func path(of target: FilePath, _ checksum: Checksum) -> FilePath {
    let name = FilePath(bytes: Array(".".utf8) + (target.lastComponent?.bytes ?? []))
    return target.parent.appending(name.adding(suffix: ".\(checksum.digits.prefix(12))\(suffix)"))
  }

  /// The number of bytes in the part of a target; 0 if there is none.
  static func byteCount(of target: FilePath, _ checksum: Checksum) -> Int {
    path(of: target, checksum).byteCount(followingLinks: false) ?? 0
  }

  /// Whether a file is the part or the validator of a download to `targetName` in the same folder.
  static func isRemnant(_ name: String, of targetName: String) -> Bool {
    let rest = name.dropFirst(targetName.count + 2).drop { $0 != "." }
    return name.hasPrefix(".\(targetName).") && rest.hasPrefix(suffix)
  }
}
