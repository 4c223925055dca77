internal import Files

/// The kinds of entries; each has its own folder.
public enum CacheKind: String, Hashable, Sendable, CaseIterable {
  /// Compiled programs.
  case programs
  /// Journals of what the tuner measured.
  case tunings
  /// Journals of how devices and their drivers behave.
  case devices
  /// The scores of evaluations that were interrupted, in files of another format, without a `CacheKey`.
  case evaluations

  /// What the names of the files end in.
  var suffix: String {
    switch self {
    case .programs: ".bin"
    case .tunings, .devices, .evaluations: ".journal"
    }
  }

  /// Whether a name of that many hexadecimal digits is one of a file of this kind.
  func takes(digits: Int) -> Bool {
    self == .evaluations ? (1...16).contains(digits) : digits == 2 * SHA256.byteCount
  }
}

/// Everything that an entry depends on: if any of it changes, the key does.
public struct CacheKey: Hashable, Sendable {
  /// What kind of entry it is.
  public let kind: CacheKind
  /// SHA-256 of the format's version, the kind and every part, each with its length in front.
  let digest: [UInt8]

  /// A key of parts in a fixed order, such as a program's source, its options, the platform, the device and the driver.
  public init(_ kind: CacheKind, _ parts: [String]) {
    self.kind = kind
    var message: [UInt8] = []
    for part in ["u2cl", "\(CacheEntry.version)", kind.rawValue] + parts {
      message += UInt64(part.utf8.count).littleEndianBytes + Array(part.utf8)
    }
    digest = SHA256.digest(of: message)
  }

  /// The name of the entry's file in the folder of its kind.
  var fileName: String { stem + kind.suffix }

  /// The digest in hexadecimal, for other modules.
  package var text: String { stem }

  /// The digest in hexadecimal.
  var stem: String { digest.hexadecimal }
}
