package import Caches
import JSON
import Kernels
import OpenCL

/// What this process and earlier ones found out about a device: lines of text, stored under a key of everything that
/// they depend on.
package struct DeviceJournal {
  /// The lines, oldest first.
  package private(set) var lines: [String]
  private let cache: Cache?
  private let key: CacheKey

  /// The version of the records' format.
  private static let version = "2"

  /// - Parameter cache: nil to remember nothing.
  package init(_ subject: [String], cache: Cache?) {
    self.cache = cache
    key = CacheKey(.devices, ["journal", Self.version] + subject)
    lines = cache?.records(key) ?? []
  }

  /// Appends a line, in this process's journal and in the cache. Line breaks become spaces.
  package mutating func append(_ line: String) {
    let line = String(line.map { $0.isNewline ? " " : $0 })
    lines.append(line)
    cache?.append(line, to: key)
  }
}

/// A line of a journal, stored as JSON.
package protocol JournalRecord: Codable {}

extension JournalRecord {
  /// Nil if the line is no such record.
  package init?(line: String) {
    guard let record = try? JSON.decode(Self.self, from: line.utf8) else { return nil }
    self = record
  }

  /// One line of JSON.
  package var line: String {
    (try? JSON.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}

extension DeviceJournal {
  /// Appends a record.
  package mutating func append(_ record: some JournalRecord) { append(record.line) }

  /// The last line as a record; nil if there is none, or if it is no such record.
  package func last<Record: JournalRecord>(_ type: Record.Type = Record.self) -> Record? {
    lines.last.flatMap(Record.init(line:))
  }

  /// The records of a type, oldest first; other lines are left out.
  func records<Record: JournalRecord>(_ type: Record.Type = Record.self) -> [Record] {
    lines.compactMap(Record.init(line:))
  }

  /// The journal of a subject, such as a trial, on a device with this program's kernels.
  static func of(_ device: Device, _ subject: [String], cache: Cache?) -> DeviceJournal {
    DeviceJournal(subject + device.identity + [kernelDigest], cache: cache)
  }

  /// A digest of all kernels' text, computed once in a process.
  private static let kernelDigest = CacheKey(
    .devices, KernelInclude.allCases.map(\.text) + KernelSource.allCases.map(\.text)
  ).text
}

extension DeviceSession {
  /// The journal of a subject on the session's device.
  package func journal(of subject: String...) -> DeviceJournal { .of(device, subject, cache: cache) }
}
