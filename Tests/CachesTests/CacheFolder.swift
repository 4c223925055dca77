import Caches
import Foundation
import Testing

/// A temporary folder with a cache in it; it is removed with this object.
final class CacheFolder: Sendable {
  let path: String
  let cache: Cache
  let key = CacheKey(.programs, ["source", "options"])
  let tuning = CacheKey(.tunings, ["device"])

  init() {
    path = FileManager.default.temporaryDirectory.path + "/u2cl-caches-\(UUID().uuidString)"
    cache = Cache(.folder(path + "/u2cl"))
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The files of a kind, sorted.
  func files(_ kind: CacheKind = .programs) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: "\(path)/u2cl/\(kind.rawValue)")) ?? []).sorted()
  }

  /// The path of the one file of a kind.
  func file(_ kind: CacheKind = .programs) throws -> String {
    try #require(files(kind).count == 1, "\(files(kind))")
    return "\(path)/u2cl/\(kind.rawValue)/\(files(kind)[0])"
  }

  static func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

  static func write(_ bytes: [UInt8], to path: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    // What others may write is not trusted, whatever the umask is.
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
  }
}
