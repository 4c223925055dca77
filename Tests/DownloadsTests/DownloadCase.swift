import Downloads
import Files
import Foundation
import Synchronization
import TestSupport

/// A file that a test downloads into a folder of its own.
struct DownloadCase {
  let folder: TemporaryFolder
  let file: [UInt8]
  private let log = EventLog()

  /// - Parameter seed: the seed of the file's bytes.
  init(seed: UInt64 = 1, byteCount: Int = 300_000) throws {
    folder = try TemporaryFolder()
    var generator = SeededGenerator(seed: seed)
    file = (0..<byteCount / 8).flatMap { _ in withUnsafeBytes(of: generator.next()) { Array($0) } }
  }

  var events: [DownloadEvent] { log.events.withLock { $0 } }
  /// The events without progress.
  var incidents: [DownloadEvent] { events.filter { if case .progress = $0 { false } else { true } } }

  func download(knowsSize: Bool = true, checksum: Checksum? = nil, stallSeconds: Int = 1) throws -> VerifiedDownload {
    var limits = TransferLimits()
    limits.stallSeconds = stallSeconds
    limits.connectSeconds = 5
    return VerifiedDownload(
      to: "\(folder.path)/model.onnx", try checksum ?? .sha256(of: file), byteCount: knowsSize ? file.count : nil,
      limits: limits)
  }

  /// Downloads the file from a server.
  func fetch(_ server: HTTPServer, _ path: String = "/model.onnx", _ download: VerifiedDownload? = nil) throws {
    let source = try DownloadSource(server.address + path, fileName: "model.onnx")
    try (download ?? self.download()).fetch(from: source) { [log] event in log.events.withLock { $0.append(event) } }
  }

  /// Whether the folder holds the complete file and nothing else.
  var isWhole: Bool { folder.files == ["model.onnx"] && folder.bytes("model.onnx") == file }

  /// The bytes left by an interrupted download; nil if there are none.
  var leftover: [UInt8]? { folder.files.first { $0.hasSuffix(".part") }.flatMap(folder.bytes) }

  /// Leaves the beginning of a file, as an interrupted download does.
  func leave(_ bytes: [UInt8], validator: String? = nil) throws {
    let name = ".model.onnx.\(try Checksum.sha256(of: file).digits.prefix(12)).part"
    try folder.write(bytes, to: name)
    guard let validator else { return }
    try folder.write(Array(validator.utf8), to: name + ".validator")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o600], ofItemAtPath: "\(folder.path)/\(name).validator")
  }
}

private final class EventLog: Sendable {
  let events = Mutex<[DownloadEvent]>([])
}

extension Checksum {
  static func sha256(of bytes: [UInt8]) throws -> Checksum {
    guard let checksum = Checksum(.sha256, SHA256.digest(of: bytes).hexadecimal) else { throw POSIXError(.EINVAL) }
    return checksum
  }
}
