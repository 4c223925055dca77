internal import Files

/// A number of files and their size.
public struct CacheTally: Hashable, Sendable, Codable {
  /// The number of files.
  public var count = 0
  /// Their size together, in bytes.
  public var bytes = 0

  /// No files.
  public init() {}
}

/// What a cache holds.
public struct CacheContents: Hashable, Sendable, Codable {
  /// Compiled programs.
  public var programs = CacheTally()
  /// Journals of a tuner.
  public var tunings = CacheTally()
  /// Journals of how devices and their drivers behave.
  public var devices = CacheTally()
  /// The scores of evaluations that were interrupted.
  public var evaluations = CacheTally()
  /// Files that other processes are writing, or left behind when they were killed.
  public var unfinished = CacheTally()

  /// An empty cache.
  public init() {}

  /// The number of all files.
  public var count: Int { tallies.reduce(0) { $0 + $1.count } }
  /// The size of all files, in bytes.
  public var bytes: Int { tallies.reduce(0) { $0 + $1.bytes } }

  private var tallies: [CacheTally] { [programs, tunings, devices, evaluations, unfinished] }
}

extension Cache {
  /// What the cache holds, told by the names of the files.
  public func contents() -> CacheContents { visit { _ in true } }

  /// Removes the cache's own files and folders, and nothing else.
  ///
  /// - Returns: what was removed; if it is less than `contents()` was before, something could not be removed.
  public func clear() -> CacheContents {
    let removed = visit { $0.remove() }
    for kind in CacheKind.allCases { folder(of: kind)?.removeFolder() }
    return removed
  }

  /// Counts the cache's files for which `body` returns true.
  private func visit(_ body: (FilePath) -> Bool) -> CacheContents {
    var contents = CacheContents()
    for kind in CacheKind.allCases {
      guard let folder = folder(of: kind) else { continue }
      for file in CachedFile.all(in: folder) {
        guard let tally = Self.tally(of: file.name, kind), body(folder.appending(FilePath(file.name))) else { continue }
        contents[keyPath: tally].count += 1
        contents[keyPath: tally].bytes += file.byteCount
      }
    }
    return contents
  }

  /// Where a file is counted; nil if it is not one of the cache's.
  private static func tally(of name: String, _ kind: CacheKind) -> WritableKeyPath<CacheContents, CacheTally>? {
    if isUnfinished(name) { return \.unfinished }
    let stem = name.dropLast(kind.suffix.count)
    let isEntry =
      name.hasSuffix(kind.suffix) && kind.takes(digits: stem.utf8.count) && stem.allSatisfy(\.isHexDigit)
    guard isEntry else { return nil }
    switch kind {
    case .programs: return \.programs
    case .tunings: return \.tunings
    case .devices: return \.devices
    case .evaluations: return \.evaluations
    }
  }
}
