internal import Files

/// One machine's share of the files.
///
/// A hash of a file's own path says which share it belongs to. Machines that list the folder at different moments,
/// while files come and go, still agree, so that no file is processed twice or by nobody.
package struct Shard: Hashable, Sendable {
  /// The number of the share, from 1.
  package let number: Int
  /// The number of shares.
  package let count: Int

  /// `2/8`: the second of eight.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let number = parts[0], let count = parts[1], 1...1_000_000 ~= count, 1...count ~= number
    else { return nil }
    self.number = number
    self.count = count
  }

  /// Whether a file belongs to this share.
  package func contains(_ file: SelectedFile) -> Bool {
    Self.hash(of: file.relativePath ?? file.path) % UInt64(count) == UInt64(number - 1)
  }

  /// FNV-1a of the bytes, then the finalizer of SplitMix64, which makes the low bits depend on every byte.
  static func hash(of path: FilePath) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in path.bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
    hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
    return hash ^ (hash >> 31)
  }
}
