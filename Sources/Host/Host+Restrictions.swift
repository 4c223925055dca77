internal import Files
internal import LibC
internal import Synchronization

// What this process has less of than programs usually do.
extension Host {
  /// What is short, such as `300 MiB of address space (ulimit -v)` or `no /sys`; empty in a usual environment.
  ///
  /// Drivers may end the process where something is short, so they are tried there in a process of their own, and what
  /// goes wrong is not held against them elsewhere.
  package static var restrictions: [String] { limits + notedRestrictions.withLock { $0 } }

  /// The restrictions as the end of a message, such as `; limits here: no /sys`; empty if there are none.
  package static var restrictionNote: String {
    let restrictions = restrictions
    return restrictions.isEmpty ? "" : "; limits here: \(restrictions.joined(separator: ", "))"
  }

  /// Adds something that was found to be short.
  package static func noteRestriction(_ what: String) {
    notedRestrictions.withLock { if !$0.contains(what) { $0.append(what) } }
  }

  private static let notedRestrictions = Mutex<[String]>([])

  /// The limits that the system sets, where they are lower than any that programs reckon with.
  private static let limits: [String] = [
    bytes(.addressSpace, "of address space (ulimit -v)", below: 16 << 30),
    bytes(.data, "of data (ulimit -d)", below: 16 << 30),
    bytes(.stack, "of stack (ulimit -s)", below: 1 << 20),
    bytes(.fileSize, "in a file (ulimit -f)", below: 1 << 30),
    ResourceLimit.openFiles.current.flatMap { $0 < 64 ? "\($0) open files (ulimit -n)" : nil },
    missing("/proc/self"), missing("/sys/devices"),
  ].compactMap { $0 }

  /// The bytes of memory that limits still let this process map; nil without a limit, or if the system does not tell
  /// what is mapped.
  package static var mappableBytes: Int? {
    let limits = (space: ResourceLimit.addressSpace.current, data: ResourceLimit.data.current)
    guard limits.space != nil || limits.data != nil else { return nil }
    // In pages: size, resident, shared, text, library, data.
    let pages = lines(of: "/proc/self/statm").first?.split(separator: " ").compactMap { Int($0) } ?? []
    guard pages.count >= 6 else { return nil }
    let page = sysconf(Int32(_SC_PAGESIZE))
    return [limits.space.map { $0 - pages[0] * page }, limits.data.map { $0 - pages[5] * page }].compactMap { $0 }.min()
  }

  private static func missing(_ folder: FilePath) -> String? {
    (try? FileStatus(of: folder)) == nil ? "no \(folder.parent)" : nil
  }

  private static func bytes(_ limit: ResourceLimit, _ what: String, below bound: Int) -> String? {
    guard let bytes = limit.current, bytes < bound else { return nil }
    return bytes < 10 << 20 ? "\(bytes >> 10) KiB \(what)" : "\(bytes >> 20) MiB \(what)"
  }
}
