public import FoundationEssentials

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// The cache that PoCL keeps for itself: not ours to clear, but without a place for it PoCL offers no device, and where
/// the disk is full its compiler ends the process.
public struct PoCLCache: Hashable, Sendable {
  /// The folder.
  public let path: String

  /// Where PoCL keeps it, as its `POCL_CACHE_DIR` and the XDG Base Directory Specification say.
  public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    func given(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    path =
      given(Self.variable) ?? given("XDG_CACHE_HOME").map { "\($0)/pocl/kcache" }
      ?? given("HOME").map { "\($0)/.cache/pocl/kcache" } ?? "/tmp/pocl/kcache"
  }

  /// What is in it.
  public var contents: CacheTally {
    var tally = CacheTally()
    for name in (try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? [] {
      guard let size = SystemFile.byteCount(of: "\(path)/\(name)") else { continue }
      tally.count += 1
      tally.bytes += size
    }
    return tally
  }

  private static let variable = "POCL_CACHE_DIR"
  /// What must be free: one network's programs take about 2 MiB, and their compiler as much for a while.
  private static let room = 16 << 20

  /// Sees to it that PoCL has a place: where it cannot write, or the disk is full, a temporary folder of this user's is
  /// set in this process's environment; where there is none either, PoCL is kept from starting.
  ///
  /// It also tells PoCL to compile each kernel once, for work-groups of any size (`POCL_WORK_GROUP_SPECIALIZATION=0`,
  /// unless that is set): it gives no other programs away, and would compile them beside those that it runs.
  ///
  /// Trap: it sets an environment variable, so call it before anything else runs, and before OpenCL is first used.
  /// - Returns: what was done, in one line, for those whom PoCL then serves; nil where all is well.
  public static func makeUsable(environment: [String: String] = ProcessInfo.processInfo.environment) -> String? {
    setenv("POCL_WORK_GROUP_SPECIALIZATION", "0", 0)
    let usual = PoCLCache(environment: environment).path
    guard let reason = unusable(usual) else { return nil }
    let temporary = environment["TMPDIR"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/tmp"
    let substitute = "\(temporary)/u2cl-pocl-\(geteuid())"
    guard SystemFile.makePrivateFolder(substitute), unusable(substitute) == nil else {
      setenv(variable, "/dev/null/none", 1)
      return
        "PoCL has no place for its cache: \(usual) cannot be used (\(reason)), nor can \(temporary); set \(variable)"
    }
    setenv(variable, substitute, 1)
    return "PoCL's cache \(usual) cannot be used (\(reason)); \(substitute) serves instead; set \(variable) to a folder"
  }

  /// Why a folder takes no cache; nil where it does.
  private static func unusable(_ folder: String) -> String? {
    do throws(SystemError) {
      // PoCL may not even be there: the folder is for it to make.
      try SystemFile.probe(SystemFile.nearestFolder(folder), room: room)
      return nil
    } catch {
      return error.reason
    }
  }
}
