/// How much of something there is.
public struct CacheTally: Hashable, Sendable, Codable {
  /// How many files.
  public var count = 0
  /// Their size.
  public var bytes = 0

  /// None.
  public init() {}
}

/// What a cache holds.
public struct CacheContents: Hashable, Sendable, Codable {
  /// Compiled programs.
  public var programs = CacheTally()
  /// Journals of a tuner.
  public var tunings = CacheTally()
  /// Journals of what was found out about devices and their drivers.
  public var devices = CacheTally()
  /// What evaluations that were interrupted had scored.
  public var evaluations = CacheTally()
  /// What processes that were killed left behind, or others are writing now.
  public var unfinished = CacheTally()

  /// Nothing.
  public init() {}

  /// Everything together.
  public var count: Int { tallies.reduce(0) { $0 + $1.count } }
  /// Everything together.
  public var bytes: Int { tallies.reduce(0) { $0 + $1.bytes } }

  private var tallies: [CacheTally] { [programs, tunings, devices, evaluations, unfinished] }
}

extension Cache {
  /// What is there, counted by the names of the files.
  public func contents() -> CacheContents { visit { _ in true } }

  /// Removes what is the cache's own, files and emptied folders, and nothing else.
  ///
  /// - Returns: what was removed; compare it with `contents()` before to see whether something could not be.
  public func clear() -> CacheContents {
    let removed = visit { SystemFile.remove($0) }
    guard case .folder(let root) = location else { return removed }
    for kind in CacheKind.allCases { SystemFile.removeFolder("\(root)/\(kind.rawValue)") }
    return removed
  }

  /// Counts those of the cache's files for which `body` says so.
  private func visit(_ body: (String) -> Bool) -> CacheContents {
    var contents = CacheContents()
    for kind in CacheKind.allCases {
      guard let folder = folder(of: kind) else { continue }
      for file in SystemFile.list(folder) {
        guard let tally = Self.tally(of: file.name, kind), body("\(folder)/\(file.name)") else { continue }
        contents[keyPath: tally].count += 1
        contents[keyPath: tally].bytes += file.byteCount
      }
    }
    return contents
  }

  /// Where a file counts; nil where it is none of ours.
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
