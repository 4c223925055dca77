package import Files
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
    lines(of: root.appending("proc/self/cgroup")).flatMap { line -> [Double] in
      // Such as `0::/a/b` in version 2, and `4:cpu,cpuacct:/a/b` in version 1.
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return [] }
      let groups = FilePath("sys/fs/cgroup")
      if fields[0] == "0", fields[1].isEmpty {
        return ["", "unified"].flatMap { mount in
          quotas(of: String(fields[2]), in: root.appending(groups).appending(FilePath(mount))) { group in
            let words = Self.lines(of: group.appending("cpu.max")).first?.split(separator: " ") ?? []
            return words.count == 2 ? Self.ratio(words[0], words[1]) : nil
          }
        }
      }
      guard fields[1].split(separator: ",").contains("cpu") else { return [] }
      return [String(fields[1]), "cpu"].flatMap { mount in
        quotas(of: String(fields[2]), in: root.appending(groups).appending(FilePath(mount))) { group in
          guard let quota = Self.lines(of: group.appending("cpu.cfs_quota_us")).first,
            let period = Self.lines(of: group.appending("cpu.cfs_period_us")).first
          else { return nil }
          return Self.ratio(quota, period)
        }
      }
    }.min()
  }

  /// The limits of a group and of those above it. A container may see its own group as the top one.
  private static func quotas(of path: String, in mount: FilePath, _ quota: (FilePath) -> Double?) -> [Double] {
    let names = path.split(separator: "/")
    return (0...names.count).compactMap { depth in
      quota(mount.appending(FilePath(names.prefix(depth).joined(separator: "/"))))
    }
  }

  /// Nil for `max` and -1, which mean no limit.
  private static func ratio(_ quota: Substring, _ period: Substring) -> Double? {
    guard let quota = Double(quota), let period = Double(period), quota > 0, period > 0 else { return nil }
    return quota / period
  }
}
