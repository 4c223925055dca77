/// The part of the files that falls to one of several machines.
///
/// A file's part follows from its own path alone, by a hash, and not from its place in a list: machines that see the
/// folder at different moments, while files come and go, still agree, and no file is done twice or by nobody.
package struct Shard: Hashable, Sendable {
  /// Which part, from 1.
  package let number: Int
  /// How many parts.
  package let count: Int

  /// `2/8`: the second of eight.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let number = parts[0], let count = parts[1], 1...1_000_000 ~= count, 1...count ~= number
    else { return nil }
    self.number = number
    self.count = count
  }

  /// Whether a file falls to this part.
  package func contains(_ file: SelectedFile) -> Bool {
    Self.hash(of: file.below ?? file.path) % UInt64(count) == UInt64(number - 1)
  }

  /// FNV-1a of the bytes, then the finalizer of SplitMix64, whose low bits depend on every byte.
  static func hash(of text: String) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
    hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
    return hash ^ (hash >> 31)
  }
}
