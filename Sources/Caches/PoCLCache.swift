internal import Files
public import Host
internal import LibC

/// The cache that PoCL keeps for itself. It is not ours to clear, but PoCL offers no device without a place for it, and
/// PoCL's compiler ends the process when the disk is full.
public struct PoCLCache: Hashable, Sendable {
  /// The folder.
  public let path: String

  /// The folder that PoCL uses: `POCL_CACHE_DIR`, or else what the XDG Base Directory Specification says.
  public init(environment: [String: String] = Host.environment) {
    func given(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    path =
      given(Self.variable) ?? given("XDG_CACHE_HOME").map { "\($0)/pocl/kcache" }
      ?? given("HOME").map { "\($0)/.cache/pocl/kcache" } ?? "/tmp/pocl/kcache"
  }

  /// The files in the folder.
  public var contents: CacheTally {
    var tally = CacheTally()
    for name in Folder.everything(in: FilePath(path)) {
      guard let size = FilePath(path).appending(name).byteCount(followingLinks: false) else { continue }
      tally.count += 1
      tally.bytes += size
    }
    return tally
  }

  private static let variable = "POCL_CACHE_DIR"
  /// The bytes that must be free. One network's programs take about 2 MiB, and their compiler as much again for a
  /// while.
  private static let room = 16 << 20

  /// Sees to it that PoCL has a place for its cache. If the usual folder cannot be written or its disk is full, this
  /// sets a temporary folder in the process's environment; if there is none either, it keeps PoCL from starting.
  ///
  /// It also tells PoCL to compile each kernel once, for work-groups of any size (`POCL_WORK_GROUP_SPECIALIZATION=0`,
  /// unless the variable is set). PoCL hands out no other binaries, and would compile those beside the ones that it
  /// runs.
  ///
  /// Trap: this sets environment variables, so call it before other threads start and before OpenCL is first used.
  /// - Returns: what was done, on one line, for users whose device is PoCL's; nil if nothing had to be done.
  public static func makeUsable(environment: [String: String] = Host.environment) -> String? {
    setenv("POCL_WORK_GROUP_SPECIALIZATION", "0", 0)
    let usual = PoCLCache(environment: environment).path
    guard let reason = unusable(usual) else { return nil }
    let temporary = environment["TMPDIR"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/tmp"
    let substitute = "\(temporary)/u2cl-pocl-\(geteuid())"
    guard Folder.makePrivate(FilePath(substitute)), unusable(substitute) == nil else {
      setenv(variable, "/dev/null/none", 1)
      return
        "PoCL has no place for its cache: \(usual) cannot be used (\(reason)), nor can \(temporary); set \(variable)"
    }
    setenv(variable, substitute, 1)
    return "PoCL's cache \(usual) cannot be used (\(reason)); \(substitute) serves instead; set \(variable) to a folder"
  }

  /// Why a folder cannot hold the cache; nil if it can.
  private static func unusable(_ folder: String) -> String? {
    do throws(SystemError) {
      // PoCL may not even be installed, so the folder is for PoCL to make.
      try Folder.probe(
        Folder.nearest(to: FilePath(folder)), name: FilePath("\(Cache.temporaryPrefix)\(ProcessID.current)"), room: room
      )
      return nil
    } catch {
      return error.reason
    }
  }
}
