import CBuildInfo
import Host
import LibC

/// The machine that a report comes from.
package struct HostMachine: Sendable, Hashable, Codable {
  /// The operating system.
  package let system: String
  /// The name of the processor; nil if the system does not tell.
  package let processor: String?
  /// The number of logical cores that this process may use.
  package let cores: Int

  /// Describes this machine.
  package init() {
    system = Host.system
    processor = Host.processor
    cores = Host.coreCount
  }

  /// The largest amount of memory that this process has held so far, in bytes.
  static var peakMemory: Int { LibC.peakMemory }
}

/// The commit that this program was built from, followed by `+` if files had been changed; nil if the build did not
/// record it, as `make build` does.
package let u2clCommit = u2cl_build_commit().map { String(cString: $0) }
