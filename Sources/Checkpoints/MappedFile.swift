public import Files

/// The bytes of a file of weights: mapped read-only, so that weights are never held twice, or already in memory.
///
/// Trap: if another program cuts the file short while it is mapped, reading it ends this process with SIGBUS. A file
/// that is replaced by renaming stays whole.
public final class MappedFile: @unchecked Sendable {
  // Unchecked Sendable because of the borrowed pointer, whose memory nobody writes.
  private enum Storage {
    case mapped(FileMapping)
    case borrowed(UnsafeRawBufferPointer)
    case array([UInt8])
  }

  private let storage: Storage

  /// What errors call the file: its path, or the name it was given.
  public let name: String
  /// The path of the file; nil for bytes in memory.
  let path: FilePath?

  /// Maps a file.
  ///
  /// - Throws: `CheckpointError` of kind `missing`, `directory`, `empty` or `unreadable`.
  public init(path: FilePath) throws {
    name = "\(path)"
    self.path = path
    let mapping: FileMapping
    do throws(FileMapping.Problem) { mapping = try FileMapping(path) } catch { throw Self.failure(name, error) }
    guard !mapping.bytes.isEmpty else {
      throw CheckpointError(.empty, file: name, reason: "is empty; download it again")
    }
    storage = .mapped(mapping)
  }

  /// Maps a file.
  ///
  /// - Throws: `CheckpointError` of kind `missing`, `directory`, `empty` or `unreadable`.
  public convenience init(path: String) throws { try self.init(path: FilePath(path)) }

  /// Takes memory that outlives this object and everything made from it, such as weights embedded in the program. The
  /// memory is not copied.
  public init(name: String, staticMemory memory: UnsafeRawBufferPointer) {
    self.name = name
    path = nil
    storage = .borrowed(memory)
  }

  /// Takes bytes in memory, such as those read from a pipe, without copying them.
  public init(name: String, bytes: [UInt8]) {
    self.name = name
    path = nil
    storage = .array(bytes)
  }

  /// The number of bytes.
  public var count: Int {
    switch storage {
    case .mapped(let mapping): mapping.bytes.count
    case .borrowed(let bytes): bytes.count
    case .array(let bytes): bytes.count
    }
  }

  /// Calls `body` with every byte; the pointer must not leave it.
  public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    switch storage {
    case .mapped(let mapping): try body(mapping.bytes)
    case .borrowed(let bytes): try body(bytes)
    case .array(let bytes): try bytes.withUnsafeBytes(body)
    }
  }

  /// Gives the memory of a range back, so that the file and copies of its tensors need not be in memory at once. The
  /// bytes can still be read; they then come from the file again.
  func release(_ range: Range<Int>) {
    if case .mapped(let mapping) = storage { mapping.release(range) }
  }

  private static func failure(_ name: String, _ problem: FileMapping.Problem) -> CheckpointError {
    switch problem {
    case .system(let error) where error.isMissing:
      CheckpointError(.missing, file: name, reason: "there is no such file; check the path")
    case .system(let error) where error.isFolder:
      CheckpointError(.directory, file: name, reason: "is a directory; name the file of weights in it")
    case .system(let error):
      CheckpointError(.unreadable, file: name, reason: "cannot be read: \(error.reason)")
    case .notRegular:
      CheckpointError(.unreadable, file: name, reason: "is not a regular file and cannot be mapped")
    }
  }
}
