import Synchronization

/// Results that are worth caches from one process to the next: a folder that may be damaged, shared, unwritable or
/// removed at any time. Nothing here ever fails: what is in doubt counts as absent, and what cannot be written is not
/// kept, which `problem` tells.
public final class Cache: Sendable {
  /// Where it lies.
  public let location: CacheLocation
  private let failure = Mutex<String?>(nil)

  /// The cache at a place; by default the one that the environment asks for. Nothing is read or made yet.
  public init(_ location: CacheLocation = CacheLocation()) { self.location = location }

  /// The first thing that could not be kept, why, and what to do; nil where all is well. One line, worth showing once.
  public var problem: String? { failure.withLock { $0 } }

  /// What was stored under a key; nil where nothing was, or where there is any doubt that it is whole.
  public func load(_ key: CacheKey) -> [UInt8]? {
    guard let path = path(of: key), let file = SystemFile.read(path) else { return nil }
    return CacheEntry.decode(file, key: key)
  }

  /// Keeps bytes under a key, in place of what was there; a reader sees one or the other, whole.
  public func store(_ payload: [UInt8], for key: CacheKey) {
    write { () throws(SystemError) in
      guard let folder = try madeFolder(of: key.kind) else { return }
      sweep(folder)
      let temporary = "\(folder)/\(Self.temporaryPrefix)\(SystemFile.processID)-\(UInt64.random(in: 0...UInt64.max))"
      try SystemFile.replace(
        "\(folder)/\(key.fileName)", temporary: temporary, with: CacheEntry.encode(payload, key: key))
    }
  }

  /// Makes something of what was stored under a key, such as a program of a driver's binary. Where `body` makes nothing
  /// of it, or where a process ended within `body`, as a driver may crash on a binary, the entry is removed.
  ///
  /// - Parameter body: given the stored bytes; nil where they are no good.
  public func load<Result>(_ key: CacheKey, making body: ([UInt8]) -> Result?) -> Result? {
    guard let path = path(of: key), let stored = load(key) else { return nil }
    let note = path + Self.noteSuffix
    if let writer = SystemFile.read(note), !Self.isRunning(writer) {
      SystemFile.remove(path)
      SystemFile.remove(note)
      return nil
    }
    // Where it cannot be written, neither could the entry be removed: then there is nothing to note.
    try? SystemFile.replace(
      note, temporary: note + "-\(SystemFile.processID)-\(UInt32.random(in: 0...UInt32.max))",
      with: Array("\(SystemFile.processID)".utf8))
    let result = body(stored)
    SystemFile.remove(note)
    if result == nil { SystemFile.remove(path) }
    return result
  }
}

extension Cache {
  static let temporaryPrefix = ".u2cl-tmp-"
  static let noteSuffix = ".loading"

  /// The folder of a kind; nil where there is no cache.
  func folder(of kind: CacheKind) -> String? {
    guard case .folder(let root) = location else { return nil }
    return "\(root)/\(kind.rawValue)"
  }

  func path(of key: CacheKey) -> String? { folder(of: key.kind).map { "\($0)/\(key.fileName)" } }

  /// The same, made where it was not there.
  func madeFolder(of kind: CacheKind) throws(SystemError) -> String? {
    guard let folder = folder(of: kind) else { return nil }
    try SystemFile.makeFolder(folder)
    return folder
  }

  /// Runs `body`, which writes; where it fails, that is the cache's problem and nothing is written from then on.
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
      report("the cache \(root) cannot be written (\(error.reason))")
    }
  }

  private func report(_ what: String) {
    let advice = "u2cl works without; set \(CacheLocation.variable) to a folder, or to off"
    failure.withLock { $0 = $0 ?? "\(what); \(advice)" }
  }

  /// Removes what processes that were killed while they wrote have left behind.
  private func sweep(_ folder: String) {
    for file in SystemFile.list(folder) where file.ageInSeconds > 3600 && Self.isUnfinished(file.name) {
      SystemFile.remove("\(folder)/\(file.name)")
    }
  }

  /// Whether a file is one that is being written, or the note of a process that is loading an entry.
  static func isUnfinished(_ name: String) -> Bool {
    name.hasPrefix(temporaryPrefix)
      || name.dropFirst(2 * SHA256.byteCount).hasPrefix(CacheKind.programs.suffix + noteSuffix)
  }

  /// Whether the process that wrote a note is loading still. One of this process's own number is dead: in a container
  /// the next process may well have the number of the last.
  private static func isRunning(_ note: [UInt8]) -> Bool {
    guard let writer = Int32(String(decoding: note, as: UTF8.self)) else { return false }
    return writer != SystemFile.processID && SystemFile.isRunning(writer)
  }
}
