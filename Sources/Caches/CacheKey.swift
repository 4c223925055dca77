/// What the cache holds; each has a folder of its own.
public enum CacheKind: String, Hashable, Sendable, CaseIterable {
  /// Compiled programs.
  case programs
  /// Journals of what a tuner measured.
  case tunings
  /// Journals of what was found out about devices and their drivers.
  case devices
  /// What evaluations that were interrupted had scored; in files of their own form, without a `CacheKey`.
  case evaluations

  /// How the files of the kind end.
  var suffix: String {
    switch self {
    case .programs: ".bin"
    case .tunings, .devices, .evaluations: ".journal"
    }
  }

  /// Whether so many hexadecimal digits name a file of the kind.
  func takes(digits: Int) -> Bool {
    self == .evaluations ? (1...16).contains(digits) : digits == 2 * SHA256.byteCount
  }
}

/// What one entry was made from: everything that another result would come of.
public struct CacheKey: Hashable, Sendable {
  /// What the entry is.
  public let kind: CacheKind
  /// SHA-256 of the format's version, the kind and every part with its length before it.
  let digest: [UInt8]

  /// A key of parts in a fixed order, such as a program's source, its options, the platform, the device, the driver.
  public init(_ kind: CacheKind, _ parts: [String]) {
    self.kind = kind
    var message: [UInt8] = []
    for part in ["u2cl", "\(CacheEntry.version)", kind.rawValue] + parts {
      message += CacheEntry.littleEndian(UInt64(part.utf8.count)) + Array(part.utf8)
    }
    digest = SHA256.digest(of: message)
  }

  /// The entry's file within the folder of its kind.
  var fileName: String { stem + kind.suffix }

  /// The digest as text.
  package var text: String { stem }

  /// The digest in hexadecimal.
  var stem: String { digest.hexadecimal }
}
