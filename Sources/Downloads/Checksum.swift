internal import Caches

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// What tells a file from every other: a digest of its bytes.
public struct Checksum: Hashable, Sendable, CustomStringConvertible {
  /// How it is computed.
  public enum Algorithm: String, Hashable, Sendable, Codable {
    /// 32 digits; finds accidents.
    case md5
    /// 64 digits.
    case sha256

    /// How many hexadecimal digits it has.
    var digitCount: Int { self == .md5 ? 2 * MD5.byteCount : 2 * SHA256.byteCount }
  }

  /// How it is computed.
  public let algorithm: Algorithm
  /// Hexadecimal digits, in lower case.
  public let digits: String

  /// A checksum as it is published; nil where these are not as many hexadecimal digits as the algorithm's.
  public init?(_ algorithm: Algorithm, _ digits: String) {
    guard digits.utf8.count == algorithm.digitCount, digits.allSatisfy(\.isHexDigit) else { return nil }
    self.algorithm = algorithm
    self.digits = digits.lowercased()
  }

  private init(_ algorithm: Algorithm, digest: [UInt8]) {
    self.algorithm = algorithm
    digits = digest.hexadecimal
  }

  /// Such as `md5 60024c5c889badc19c04ad937298a77b`.
  public var description: String { "\(algorithm.rawValue) \(digits)" }
}

extension Checksum {
  /// The checksum of a file.
  package static func of(fileAt path: String, _ algorithm: Algorithm) throws(DownloadError) -> Checksum {
    switch algorithm {
    case .md5:
      var digest = MD5()
      try SourceFile(path: path).read { bytes throws(DownloadError) in digest.update(bytes) }
      return Checksum(.md5, digest: digest.digest())
    case .sha256:
      var digest = SHA256()
      try SourceFile(path: path).read { bytes throws(DownloadError) in digest.update(bytes) }
      return Checksum(.sha256, digest: digest.digest())
    }
  }

  /// Whether a file has this checksum; false where there is none.
  package func matches(fileAt path: String) -> Bool { (try? Self.of(fileAt: path, algorithm)) == self }
}
