internal import Files
internal import Synchronization

/// Results that are worth keeping from one process to the next, in a folder that may be damaged, shared, read-only or
/// removed at any time.
///
/// No call fails: what cannot be trusted counts as absent, and what cannot be written is not kept. `problem` says why.
public final class Cache: Sendable {
  /// Where the cache is.
  public let location: CacheLocation
  private let failure = Mutex<String?>(nil)

  /// The cache at a location; by default the one that the environment asks for. Nothing is read or made yet.
  public init(_ location: CacheLocation = CacheLocation()) { self.location = location }

  /// The first write that failed, why it failed and what to do, on one line worth showing once; nil if all went well.
  public var problem: String? { failure.withLock { $0 } }

  /// The bytes stored under a key; nil if there are none, or if there is any doubt that they are complete.
  public func load(_ key: CacheKey) -> [UInt8]? {
    guard let path = path(of: key), let file = try? WholeFile.readTrusted(path) else { return nil }
    return CacheEntry.decode(file, key: key)
  }

  /// Stores bytes under a key, in place of those there. A reader sees the old bytes or the new ones.
  public func store(_ payload: [UInt8], for key: CacheKey) {
    write { () throws(SystemError) in
      guard let folder = try madeFolder(of: key.kind) else { return }
      sweep(folder)
      let temporary = "\(Self.temporaryPrefix)\(ProcessID.current)-\(UInt64.random(in: 0...UInt64.max))"
      try WholeFile.replace(
        folder.appending(FilePath(key.fileName)), through: folder.appending(FilePath(temporary)),
        with: CacheEntry.encode(payload, key: key))
    }
  }

  /// Whether entries can be written: there is a folder, it takes files, and its disk has room for a model's programs.
  public var isWritable: Bool {
    guard case .folder(let root) = location, problem == nil else { return false }
    let folder = FilePath(root)
    do throws(SystemError) {
      try Folder.make(folder)
      try Folder.probe(folder, name: FilePath("\(Self.temporaryPrefix)\(ProcessID.current)"), room: 16 << 20)
      return true
    } catch {
      return false
    }
  }

  /// Runs `body` unless another process is in such a call on this cache. Without a folder it does nothing.
  public func ifAlone(_ body: () throws -> Void) rethrows {
    guard case .folder(let root) = location else { return }
    try? Folder.make(FilePath(root))
    guard let lock = FileDescriptor.lockedFolder(FilePath(root)) else { return }
    try lock.closeAfter(body)
  }

  /// Makes something of the bytes stored under a key, such as an OpenCL program of a driver's binary. The entry is
  /// removed if `body` returns nil, and also if a process ended within `body`, as a driver may crash on its own binary.
  ///
  /// - Parameters:
  ///   - key: the key that the bytes were stored under.
  ///   - body: takes the stored bytes; returns nil if they are of no use.
  public func load<Result>(_ key: CacheKey, making body: ([UInt8]) -> Result?) -> Result? {
    guard let path = path(of: key), let stored = load(key) else { return nil }
    let note = path.adding(suffix: Self.noteSuffix)
    if let writer = try? WholeFile.readTrusted(note), !Self.isRunning(writer) {
      path.remove()
      note.remove()
      return nil
    }
    // If the note cannot be written, the entry could not be removed either.
    try? WholeFile.replace(
      note, through: note.adding(suffix: "-\(ProcessID.current)-\(UInt32.random(in: 0...UInt32.max))"),
      with: Array("\(ProcessID.current)".utf8))
    let result = body(stored)
    note.remove()
    if result == nil { path.remove() }
    return result
  }
}

extension Cache {
  static let temporaryPrefix = ".u2cl-tmp-"
  static let noteSuffix = ".loading"

  /// The folder of a kind of entries; nil if there is no cache.
  func folder(of kind: CacheKind) -> FilePath? {
    guard case .folder(let root) = location else { return nil }
    return FilePath(root).appending(FilePath(kind.rawValue))
  }

  /// The file of a key; nil if there is no cache.
  func path(of key: CacheKey) -> FilePath? { folder(of: key.kind)?.appending(FilePath(key.fileName)) }

  /// The folder of a kind of entries, made if it is not there; nil if there is no cache.
  func madeFolder(of kind: CacheKind) throws(SystemError) -> FilePath? {
    guard let folder = folder(of: kind) else { return nil }
    try Folder.make(folder)
    return folder
  }

  /// Runs `body`, which writes. If it fails, that is the cache's problem, and nothing is written from then on.
  func write(_ body: () throws(SystemError) -> Void) {
    guard problem == nil else { return }
    do throws(SystemError) {
      switch location {
      case .folder: try body()
      case .off: break
      case .nowhere:
        report("there is no place for a cache: neither HOME nor XDG_CACHE_HOME names one")
      }
    } catch {
      guard case .folder(let root) = location else { return }
      report("the cache \(FilePath(root)) cannot be written (\(error.reason))")
    }
  }

  private func report(_ what: String) {
    let advice = "u2cl works without a cache; set \(CacheLocation.variable) to a folder, or to off"
    failure.withLock { $0 = $0 ?? "\(what); \(advice)" }
  }

  /// Removes what processes left behind that were killed while they wrote.
  private func sweep(_ folder: FilePath) {
    let now = FileStatus.Time.now.seconds
    for name in (try? Folder.names(in: folder)) ?? [] where Self.isUnfinished(name.string) {
      let path = folder.appending(name)
      guard let status = try? FileStatus(of: path, followingLinks: false), status.kind == .regular,
        now - status.modified.seconds > 3600
      else { continue }
      path.remove()
    }
  }

  /// Whether a file is one that is being written, or the note of a process that is loading an entry.
  static func isUnfinished(_ name: String) -> Bool {
    name.hasPrefix(temporaryPrefix)
      || name.dropFirst(2 * SHA256.byteCount).hasPrefix(CacheKind.programs.suffix + noteSuffix)
  }

  /// Whether the process that wrote a note is still loading. A note with this process's own number is an old one: in a
  /// container the next process may well get the number of the last.
  private static func isRunning(_ note: [UInt8]) -> Bool {
    guard let writer = Int32(String(decoding: note, as: UTF8.self)) else { return false }
    return writer != ProcessID.current && ProcessID.isRunning(writer)
  }
}

/// A regular file in one of the cache's folders. Names of the cache's own files are ASCII.
struct CachedFile {
  let name: String
  let byteCount: Int

  /// The files of a folder; none if the folder cannot be read.
  static func all(in folder: FilePath) -> [CachedFile] {
    ((try? Folder.names(in: folder)) ?? []).compactMap { name in
      guard let status = try? FileStatus(of: folder.appending(name), followingLinks: false), status.kind == .regular
      else { return nil }
      return CachedFile(name: name.string, byteCount: status.byteCount)
    }
  }
}
