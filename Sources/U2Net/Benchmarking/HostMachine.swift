import CBuildInfo
import FoundationEssentials
import Glibc

/// The machine that a report comes from and the program that wrote it.
public struct HostMachine: Sendable, Hashable, Codable {
  /// The operating system.
  public let system: String
  /// The processor's name; nil where the system does not tell.
  public let processor: String?
  /// Logical cores that this process may use.
  public let cores: Int

  /// This machine.
  public init() {
    system = ProcessInfo.processInfo.operatingSystemVersionString
    processor = Self.processorName
    cores = ProcessInfo.processInfo.activeProcessorCount
  }

  private static var processorName: String? {
    guard let data = FileManager.default.contents(atPath: "/proc/cpuinfo") else { return nil }
    let line = String(decoding: data, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("model name") }
    guard let line, let colon = line.firstIndex(of: ":") else { return nil }
    return String(line[line.index(after: colon)...].drop { $0 == " " })
  }

  /// The most memory that this process has held so far, in bytes.
  static var peakMemory: Int {
    var usage = rusage()
    guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
    // Linux counts in KiB.
    return usage.ru_maxrss * 1024
  }
}

/// The commit that this program was built from, with a + behind it where the tree had been changed; nil where the build
/// was not told (`make build` tells it).
public let u2clCommit = u2cl_build_commit().map { String(cString: $0) }
