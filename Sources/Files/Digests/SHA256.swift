/// SHA-256 (FIPS 180-4): names cache entries, finds damaged ones, and verifies downloads. It is not used on secrets.
public struct SHA256: Sendable {
  /// The digest's size, in bytes.
  public static let byteCount = 32

  private var message = BlockwiseMessage<SHA256State>()

  /// The digest of an empty message.
  public init() {}

  /// Adds the next bytes of the message.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) { message.append(bytes) }

  /// The digest of all bytes added so far.
  public func digest() -> [UInt8] { message.finished().words.flatMap { $0.byteSwapped.littleEndianBytes } }

  /// The digest of bytes in memory.
  public static func digest(of bytes: UnsafeRawBufferPointer) -> [UInt8] {
    var whole = SHA256()
    whole.update(bytes)
    return whole.digest()
  }

  /// The digest of an array.
  public static func digest(of bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes { digest(of: $0) } }
}

/// The eight words of SHA-256.
private struct SHA256State: BlockwiseState {
  static let lengthIsBigEndian = true

  private(set) var words = initialState

  mutating func compress(_ blocks: UnsafeRawBufferPointer) {
    var words = words
    Self.constants.withUnsafeBufferPointer { constants in
      withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { schedule in
        for start in stride(from: 0, to: blocks.count, by: Self.blockSize) {
          let block = UnsafeRawBufferPointer(rebasing: blocks[start..<start + Self.blockSize])
          Self.compress(block, &words, schedule, constants)
        }
      }
    }
    self.words = words
  }

  /// Adds one block (section 6.2.2).
  private static func compress(
    _ block: UnsafeRawBufferPointer, _ state: inout [UInt32], _ schedule: UnsafeMutableBufferPointer<UInt32>,
    _ constants: UnsafeBufferPointer<UInt32>
  ) {
    for t in 0..<16 { schedule[t] = UInt32(bigEndian: block.loadUnaligned(fromByteOffset: 4 * t, as: UInt32.self)) }
    for t in 16..<64 {
      let (x, y) = (schedule[t - 15], schedule[t - 2])
      let small0 = x.rotated(right: 7) ^ x.rotated(right: 18) ^ x >> 3
      let small1 = y.rotated(right: 17) ^ y.rotated(right: 19) ^ y >> 10
      schedule[t] = small1 &+ schedule[t - 7] &+ small0 &+ schedule[t - 16]
    }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for t in 0..<64 {
      let big1 = e.rotated(right: 6) ^ e.rotated(right: 11) ^ e.rotated(right: 25)
      let first = h &+ big1 &+ (e & f ^ ~e & g) &+ constants[t] &+ schedule[t]
      let big0 = a.rotated(right: 2) ^ a.rotated(right: 13) ^ a.rotated(right: 22)
      let second = big0 &+ (a & b ^ a & c ^ b & c)
      (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
    }
    for (index, value) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= value }
  }

  private static let initialState: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]

  private static let constants: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
  ]
}
