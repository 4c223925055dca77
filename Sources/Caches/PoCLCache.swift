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
  /// The longest path of the folder, in bytes. PoCL ends the process if the path of a kernel has 1024.
  private static let longestPath = 640

  /// What `prepare` has done.
  package enum Preparation: Hashable, Sendable {
    /// The usual folder serves.
    case usual
    /// Another folder serves, for a reason in one line.
    case substituted(notice: String)
    /// No folder serves, so that PoCL does not start, for a reason in one line.
    case none(reason: String)

    /// What users of PoCL should know.
    package var notice: String? {
      switch self {
      case .usual: nil
      case .substituted(let notice), .none(let notice): notice
      }
    }
  }

  /// Sees to it that PoCL has a place for its cache. If the usual folder cannot be written, if its disk is full, or if
  /// the system forbids to run code from it (`noexec`), this sets a temporary folder in the process's environment; if
  /// there is none either, it keeps PoCL from starting.
  ///
  /// It also tells PoCL to compile each kernel once, for work-groups of any size (`POCL_WORK_GROUP_SPECIALIZATION=0`,
  /// unless the variable is set). PoCL hands out no other binaries, and would compile those beside the ones that it
  /// runs.
  ///
  /// Trap: this sets environment variables, so call it before other threads start and before OpenCL is first used.
  /// - Returns: what was done, on one line, for users whose device is PoCL's; nil if nothing had to be done.
  public static func makeUsable(environment: [String: String] = Host.environment) -> String? {
    prepare(environment: environment).notice
  }

  /// Does what `makeUsable` does, and says which of three things that was.
  package static func prepare(environment: [String: String] = Host.environment) -> Preparation {
    setenv("POCL_WORK_GROUP_SPECIALIZATION", "0", 0)
    let usual = PoCLCache(environment: environment).path
    let isShared = usual == shared
    let reason = unusable(usual)
    if reason == nil, !isShared { return .usual }
    let substitutes = substitutes(environment)
    for folder in substitutes where Folder.makePrivate(FilePath(folder)) && unusable(folder) == nil {
      setenv(variable, folder, 1)
      // Nothing is wrong where no variable names a folder, but everybody may write to the one that PoCL would take.
      guard let reason else { return .usual }
      let notice = "PoCL's cache \(usual) cannot be used (\(reason)); \(folder) serves instead"
      return .substituted(notice: "\(notice); set \(variable) to a folder")
    }
    setenv(variable, "/dev/null/none", 1)
    let others = substitutes.map { FilePath($0).parent.string }.joined(separator: ", ")
    let why = "\(usual) cannot be used (\(reason ?? "everybody may write there")), nor can \(others)"
    return .none(reason: "PoCL has no place for its cache: \(why); set \(variable)")
  }

  /// The folder that PoCL uses without any variable. It belongs to whoever made it first, and PoCL runs what is in it.
  private static let shared = "/tmp/pocl/kcache"

  /// The folders to try instead of the usual one, the best first.
  private static func substitutes(_ environment: [String: String]) -> [String] {
    let given = ["TMPDIR", "XDG_RUNTIME_DIR"].map { environment[$0].flatMap { $0.hasPrefix("/") ? $0 : nil } }
    let parents = [given[0] ?? "/tmp", given[1], "/var/tmp", "/dev/shm"].compactMap { $0 }
    return parents.map { "\($0)/u2cl-pocl-\(geteuid())" }
  }

  /// Why a folder cannot hold the cache; nil if it can.
  private static func unusable(_ folder: String) -> String? {
    guard folder.utf8.count <= longestPath else { return "its path is longer than \(longestPath) bytes" }
    do throws(SystemError) {
      // PoCL may not even be installed, so the folder is for PoCL to make.
      let present = Folder.nearest(to: FilePath(folder))
      let name = FilePath("\(Cache.temporaryPrefix)\(ProcessID.current)")
      try Folder.probe(present, name: name, room: room)
      return try Folder.runsCode(present, name: name) ? nil : "its disk is mounted noexec"
    } catch {
      return error.reason
    }
  }
}
