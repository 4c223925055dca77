import ArgumentParser
import Caches
import Models
import U2Net

struct CacheCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache", abstract: "Show, fill or clear the cache.",
    discussion: """
      The cache keeps compiled programs, results of 'u2cl tune', tests of devices and their drivers, and the scores of \
      interrupted evaluations. Its folder is U2CL_CACHE; by default that is u2cl in the XDG cache directory \
      (~/.cache). U2CL_CACHE=off keeps nothing. Damaged entries, and those of other drivers, are made anew.
      """,
    subcommands: [Info.self, WarmCache.self, Clear.self])

  struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show the folder of the cache and its contents.")

    @Flag(help: "Write the report as JSON.")
    var json = false

    func run() throws {
      let report = CacheReport()
      if json { try Console.json(report) } else { try Console.write(report.table) }
    }
  }

  struct Clear: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove everything that u2cl keeps in the cache, and nothing else.")

    func run() throws {
      let cache = Cache()
      let before = CacheReport(cache)
      guard let path = before.path else {
        return try Console.write("nothing to clear: there is no cache (\(before.reason ?? ""))")
      }
      let removed = cache.clear()
      try Console.write("removed \(removed.summary) from \(path)")
      let left = cache.contents()
      guard left.count == 0 else {
        throw Failure(.file, "\(left.summary) cannot be removed from \(path); check its permissions")
      }
    }
  }
}

extension CacheReport {
  /// The table for people.
  fileprivate var table: String {
    let rows = [
      ["cache", path ?? "none: \(reason ?? "")"], ["programs", contents.programs.summary],
      ["tunings", contents.tunings.summary], ["devices", contents.devices.summary],
      ["evaluations", contents.evaluations.summary],
      ["PoCL's own", "\(pocl.path), \(pocl.contents.summary); 'cache clear' leaves it alone"],
    ]
    let unfinished = contents.unfinished.count == 0 ? [] : [["unfinished", contents.unfinished.summary]]
    return Format.table(rows.dropLast() + unfinished + rows.suffix(1))
  }
}

extension CacheContents {
  /// The counts and the size, such as `6 programs, 1 tuning, 2 device journals, 0 evaluations (184.3 KiB)`.
  fileprivate var summary: String {
    let counts = [
      (programs.count, "program"), (tunings.count, "tuning"), (devices.count, "device journal"),
      (evaluations.count, "evaluation"),
    ]
    let parts = counts.map { count, noun in "\(count) \(noun)\(count == 1 ? "" : "s")" }
    let unfinished = unfinished.count == 0 ? [] : ["\(unfinished.count) unfinished"]
    return "\((parts + unfinished).joined(separator: ", ")) (\(bytes.formattedSize))"
  }
}

extension CacheTally {
  /// The count and the size, such as `6 (184.3 KiB)`.
  fileprivate var summary: String { "\(count) (\(bytes.formattedSize))" }
}
