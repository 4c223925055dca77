internal import Caches

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// The beginning of a file that is being fetched, hidden beside the place of the whole one. What an interruption leaves
/// of it is where the next process goes on. Only one at a time has it.
final class PartFile {
  let path: String
  private let target: String
  private let descriptor: Int32
  /// How much is there.
  private(set) var byteCount = 0

  /// Waits until no other process has it.
  ///
  /// - Parameter whenBusy: called before it waits.
  /// - Throws: where the folder cannot be made or takes no file.
  init(of target: String, _ checksum: Checksum, whenBusy: () -> Void) throws(DownloadError) {
    self.target = target
    path = Self.path(of: target, checksum)
    do throws(SystemError) {
      descriptor = try SystemFile.openAlone(path, whenBusy: whenBusy)
      byteCount = try SystemFile.byteCount(of: descriptor)
    } catch {
      throw .output(path: path, reason: error.reason)
    }
  }

  deinit { SystemFile.closeFile(descriptor) }

  /// What the server told the file by; nil where it is not known.
  var validator: String? {
    SystemFile.read(validatorPath).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Remembers it for the next process; where that fails, the whole file's checksum finds what does not fit together.
  func keep(validator: String?) {
    SystemFile.remove(validatorPath)
    guard let validator else { return }
    try? SystemFile.replace(
      validatorPath, temporary: "\(validatorPath)-\(SystemFile.processID)", with: Array(validator.utf8))
  }

  func append(_ bytes: UnsafeRawBufferPointer) throws(DownloadError) {
    do throws(SystemError) {
      try SystemFile.write(bytes, to: descriptor)
      byteCount += bytes.count
    } catch {
      byteCount = (try? SystemFile.byteCount(of: descriptor)) ?? byteCount
      throw .output(path: path, reason: error.reason)
    }
  }

  /// Empties it.
  func startOver() throws(DownloadError) {
    SystemFile.remove(validatorPath)
    do throws(SystemError) { try SystemFile.empty(descriptor) } catch {
      throw .output(path: path, reason: error.reason)
    }
    byteCount = 0
  }

  /// Makes sure that there is room for a file of that size.
  func makeRoom(for total: Int) throws(DownloadError) {
    guard let free = SystemFile.freeBytes(descriptor), free < total - byteCount else { return }
    throw .noRoom(folder: Self.split(path).folder, needed: total - byteCount, free: free)
  }

  /// Removes it.
  func discard() {
    SystemFile.remove(path)
    SystemFile.remove(validatorPath)
  }

  /// Makes it the target, in place of what was there; the system has written it to the disk before.
  func commit() throws(DownloadError) {
    do throws(SystemError) { try SystemFile.commit(descriptor, path, to: target) } catch {
      throw .output(path: target, reason: error.reason)
    }
    SystemFile.remove(validatorPath)
  }

  private var validatorPath: String { path + ".validator" }
}

extension PartFile {
  private static let suffix = ".part"

  /// Where a target's part lies, which holds nothing but the beginning of the file of that checksum.
  private static func path(of target: String, _ checksum: Checksum) -> String {
    let (folder, name) = split(target)
    return "\(folder)/.\(name).\(checksum.digits.prefix(12))\(suffix)"
  }

  /// How much is there of a target's part; 0 where there is none.
  static func byteCount(of target: String, _ checksum: Checksum) -> Int {
    SystemFile.byteCount(of: path(of: target, checksum)) ?? 0
  }

  /// Whether a file is what a download of a target has left, or is writing.
  static func isRemnant(_ name: String, of targetName: String) -> Bool {
    let rest = name.dropFirst(targetName.count + 2).drop { $0 != "." }
    return name.hasPrefix(".\(targetName).") && rest.hasPrefix(suffix)
  }

  private static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    return (String(path[..<slash]), String(path[path.index(after: slash)...]))
  }
}
