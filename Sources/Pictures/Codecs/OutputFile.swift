public import Files

/// Writes whole files, so that a reader sees the old file or the new one and never half of one.
///
/// The bytes go into a temporary file in the same folder, which is then renamed. A symbolic link keeps pointing at the
/// file, which is replaced; a device or a pipe is written to as it is.
public enum OutputFile {
  /// Writes bytes to a file.
  ///
  /// - Throws: `PictureError` that names the path; then nothing was changed, and no temporary file is left.
  public static func save(_ bytes: [UInt8], toFileAt path: FilePath) throws(PictureError) {
    do {
      try WholeFile.save(to: path) { try $0.write(bytes) }
    } catch {
      throw PictureError(problem(of: error) ?? .unwritable(reason: "\(error)"), name: "\(path)")
    }
  }

  /// Writes bytes to a file.
  ///
  /// - Throws: `PictureError` that names the path; then nothing was changed, and no temporary file is left.
  public static func save(_ bytes: [UInt8], toFileAt path: String) throws(PictureError) {
    try save(bytes, toFileAt: FilePath(path))
  }

  /// Writes what `body` emits piece by piece, so that a large file need not be in memory as a whole.
  ///
  /// - Throws: `PictureError` that names the path, or what `body` threw; then nothing was changed, and no temporary
  ///   file is left.
  public static func stream(
    toFileAt path: FilePath, _ body: (_ emit: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws {
    do {
      try WholeFile.save(to: path) { file in try body { try file.write($0) } }
    } catch {
      if let problem = problem(of: error) { throw PictureError(problem, name: "\(path)") }
      throw error
    }
  }

  /// Writes what `body` emits piece by piece, so that a large file need not be in memory as a whole.
  ///
  /// - Throws: `PictureError` that names the path, or what `body` threw; then nothing was changed, and no temporary
  ///   file is left.
  public static func stream(
    toFileAt path: String, _ body: (_ emit: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws {
    try stream(toFileAt: FilePath(path), body)
  }

  private static func problem(of error: any Error) -> PictureError.Problem? {
    guard let error = error as? SystemError else { return nil }
    return error.isFolder ? .isDirectory : .unwritable(reason: error.reason)
  }
}
