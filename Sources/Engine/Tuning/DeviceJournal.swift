package import Caches
import Kernels
import OpenCL

/// What was found out about a device, in this process and in those before it: lines of text, kept under everything that
/// they follow from.
package struct DeviceJournal {
  /// Oldest first.
  package private(set) var lines: [String]
  private let cache: Cache?
  private let key: CacheKey

  /// - Parameter cache: nil to remember nothing.
  package init(_ subject: [String], cache: Cache?) {
    self.cache = cache
    key = CacheKey(.devices, ["journal", "1"] + subject)
    lines = cache?.records(key) ?? []
  }

  /// Keeps a line; line breaks in it become spaces.
  package mutating func append(_ line: String) {
    let line = String(line.map { $0.isNewline ? " " : $0 })
    lines.append(line)
    cache?.append(line, to: key)
  }
}

extension DeviceJournal {
  /// The journal of a subject, such as a trial, on a device with the kernels of this program.
  static func of(_ device: Device, _ subject: [String], cache: Cache?) -> DeviceJournal {
    let sources = KernelInclude.allCases.map(\.text) + KernelSource.allCases.map(\.text)
    return DeviceJournal(subject + device.identity + sources, cache: cache)
  }
}

extension DeviceSession {
  /// The journal of a subject on the session's device.
  package func journal(of subject: String...) -> DeviceJournal { .of(device, subject, cache: cache) }
}
