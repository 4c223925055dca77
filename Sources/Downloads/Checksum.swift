package import Files

/// A digest that identifies a file.
public struct Checksum: Hashable, Sendable, CustomStringConvertible {
  /// The algorithm of a digest.
  public enum Algorithm: String, Hashable, Sendable, Codable {
    /// 32 hexadecimal digits. It finds accidents, not forgeries.
    case md5
    /// 64 hexadecimal digits.
    case sha256

    /// The number of hexadecimal digits.
    var digitCount: Int { self == .md5 ? 2 * MD5.byteCount : 2 * SHA256.byteCount }
  }

  /// The algorithm that the digits were computed by.
  public let algorithm: Algorithm
  /// Hexadecimal digits, in lower case.
  public let digits: String

  /// A checksum as a publisher writes it; nil if `digits` are not as many hexadecimal digits as the algorithm gives.
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
  package static func of(fileAt path: FilePath, _ algorithm: Algorithm) throws(DownloadError) -> Checksum {
    switch algorithm {
    case .md5:
      var digest = MD5()
      try SourceFile(path).read { bytes throws(DownloadError) in digest.update(bytes) }
      return Checksum(.md5, digest: digest.digest())
    case .sha256:
      var digest = SHA256()
      try SourceFile(path).read { bytes throws(DownloadError) in digest.update(bytes) }
      return Checksum(.sha256, digest: digest.digest())
    }
  }

  /// Whether a file has this checksum; false if there is no such file.
  package func matches(fileAt path: FilePath) -> Bool { (try? Self.of(fileAt: path, algorithm)) == self }
}
