package import Files
internal import LibC
internal import Synchronization

// How many threads should compute at the same time.
extension Host {
  /// The environment variable for the number of threads.
  package static let threadVariable = "U2CL_THREADS"

  /// The number of threads that compute at the same time: what `limitThreads` was told, or `coreShare`.
  package static var threadCount: Int {
    let limit = threadLimit.load(ordering: .relaxed)
    return limit > 0 ? limit : coreShare
  }

  /// Sets `threadCount` for this process.
  package static func limitThreads(to count: Int) { threadLimit.store(count, ordering: .relaxed) }

  private static let threadLimit = Atomic(0)

  /// The number of cores that this process may keep busy: those that it is bound to, or the whole cores of its share of
  /// the processor's time, rounded up (`docker run --cpus`), if these are fewer.
  package static let coreShare = cpuQuota().map { max(1, min(coreCount, Int($0.rounded(.up)))) } ?? coreCount

  /// The number of cores whose time the control groups of this process allow; nil if they set no limit.
  ///
  /// - Parameter root: the folder that holds `proc` and `sys`.
  package static func cpuQuota(root: FilePath = "/") -> Double? {
    groups(of: "cpu", root: root).compactMap { group in
      let words = lines(of: group.appending("cpu.max")).first?.split(separator: " ") ?? []
      if words.count == 2 { return ratio(words[0], words[1]) }
      guard let quota = lines(of: group.appending("cpu.cfs_quota_us")).first,
        let period = lines(of: group.appending("cpu.cfs_period_us")).first
      else { return nil }
      return ratio(quota, period)
    }.min()
  }

  /// Whether so few threads may exist that some that are needed may be missing: the user's limit, or that of a control
  /// group, is lower than what machines have by default.
  ///
  /// - Parameter root: the folder that holds `proc` and `sys`.
  package static func limitsThreads(root: FilePath = "/") -> Bool {
    if let limit = ResourceLimit.processes.current, limit < fewThreads { return true }
    return groups(of: "pids", root: root).contains { group in
      lines(of: group.appending("pids.max")).first.flatMap { Int($0) }.map { $0 < fewThreads } ?? false
    }
  }

  private static let fewThreads = 8192

  /// The folders of this process's control groups that may limit something, and of those above them. A container may
  /// see its own group as the top one.
  static func groups(of controller: String, root: FilePath) -> [FilePath] {
    let mounts = root.appending("sys/fs/cgroup")
    return lines(of: root.appending("proc/self/cgroup")).flatMap { line -> [FilePath] in
      // Such as `0::/a/b` in version 2, and `4:cpu,cpuacct:/a/b` in version 1.
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return [] }
      let isUnified = fields[0] == "0" && fields[1].isEmpty
      guard isUnified || fields[1].split(separator: ",").contains(controller[...]) else { return [] }
      let names = fields[2].split(separator: "/")
      let folders = isUnified ? ["", "unified"] : Set([String(fields[1]), controller]).sorted()
      return folders.flatMap { folder in
        (0...names.count).map { depth in
          mounts.appending(FilePath(folder)).appending(FilePath(names.prefix(depth).joined(separator: "/")))
        }
      }
    }
  }

  /// Nil for `max` and -1, which mean no limit.
  private static func ratio(_ quota: Substring, _ period: Substring) -> Double? {
    guard let quota = Double(quota), let period = Double(period), quota > 0, period > 0 else { return nil }
    return quota / period
  }
}
