#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The bytes of a file, mapped read-only so that weights are never held twice; or bytes that are in memory already.
///
/// Trap: a file that another program cuts short while it is mapped ends this one with SIGBUS. Files that are replaced
/// by renaming are safe.
public final class MappedFile: @unchecked Sendable {
  // Unchecked Sendable because of the pointers: what they point at is never written and lives until `deinit`.
  private enum Storage {
    case mapped(UnsafeRawBufferPointer)
    case borrowed(UnsafeRawBufferPointer)
    case array([UInt8])
  }

  private let storage: Storage

  /// What messages call it: the path, or the name it was given.
  public let name: String

  /// Maps a file.
  ///
  /// - Throws: `CheckpointError` of kind `missing`, `directory`, `empty` or `unreadable`.
  public init(path: String) throws {
    name = path
    storage = .mapped(try Self.map(path))
  }

  /// Memory that outlives this object and everything made from it, such as weights embedded in the program; no copy.
  public init(name: String, staticMemory memory: UnsafeRawBufferPointer) {
    self.name = name
    storage = .borrowed(memory)
  }

  /// Bytes in memory, such as those read from a pipe; no copy.
  public init(name: String, bytes: [UInt8]) {
    self.name = name
    storage = .array(bytes)
  }

  deinit {
    if case .mapped(let bytes) = storage { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count) }
  }

  /// How many bytes there are.
  public var count: Int {
    switch storage {
    case .mapped(let bytes), .borrowed(let bytes): bytes.count
    case .array(let bytes): bytes.count
    }
  }

  /// Calls `body` with every byte; the pointer must not leave it.
  public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    switch storage {
    case .mapped(let bytes), .borrowed(let bytes): try body(bytes)
    case .array(let bytes): try bytes.withUnsafeBytes(body)
    }
  }

  /// Gives the memory of a range back: bytes that are looked at again are read from the file again. Those who copy every
  /// tensor need not hold the file and the copies at once.
  func release(_ range: Range<Int>) {
    guard case .mapped(let bytes) = storage, let base = bytes.baseAddress else { return }
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let start = range.lowerBound / page * page
    madvise(UnsafeMutableRawPointer(mutating: base + start), min(range.upperBound, bytes.count) - start, MADV_DONTNEED)
  }

  private static func map(_ path: String) throws -> UnsafeRawBufferPointer {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path, errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(path, errno) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR:
      throw CheckpointError(.directory, file: path, reason: "is a directory; name the file of weights in it")
    default:
      throw CheckpointError(.unreadable, file: path, reason: "is not a regular file and cannot be mapped")
    }
    guard status.st_size > 0 else {
      throw CheckpointError(.empty, file: path, reason: "is empty; fetch it again")
    }
    let count = Int(status.st_size)
    guard let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED else {
      throw failure(path, errno)
    }
    return UnsafeRawBufferPointer(start: base, count: count)
  }

  private static func failure(_ path: String, _ code: Int32) -> CheckpointError {
    switch code {
    case ENOENT, ENOTDIR:
      CheckpointError(.missing, file: path, reason: "there is no such file; check the path")
    case EISDIR:
      CheckpointError(.directory, file: path, reason: "is a directory; name the file of weights in it")
    default:
      CheckpointError(.unreadable, file: path, reason: "cannot be read: \(String(cString: strerror(code)))")
    }
  }
}
