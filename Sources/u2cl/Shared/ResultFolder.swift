import Files
import U2Net

/// Folders that results are written into.
enum ResultFolder {
  /// Makes a folder and those above it, unless they are there; other threads may be making them, too.
  ///
  /// - Throws: `Failure` if the folder cannot be made.
  static func make(_ path: FilePath) throws(Failure) {
    guard !path.isFolder else { return }
    do throws(SystemError) { try Folder.make(path, permissions: 0o777) } catch {
      throw Failure(.file, "the folder \(path) cannot be made; check its path and permissions")
    }
  }
}
