/// MD5 (RFC 1321), for files whose publisher gives no better digest. It finds accidents, not forgeries: two files with
/// the same MD5 can be made on purpose.
public struct MD5: Sendable {
  /// The digest's size, in bytes.
  public static let byteCount = 16

  private var message = BlockwiseMessage<MD5State>()

  /// The digest of an empty message.
  public init() {}

  /// Adds the next bytes of the message.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) { message.append(bytes) }

  /// The digest of all bytes added so far.
  public func digest() -> [UInt8] { message.finished().words.flatMap(\.littleEndianBytes) }
}

/// The four words of MD5.
private struct MD5State: BlockwiseState {
  static let lengthIsBigEndian = false

  private(set) var words: [UInt32] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476]

  mutating func compress(_ blocks: UnsafeRawBufferPointer) {
    Self.sines.withUnsafeBufferPointer { sines in
      for start in stride(from: 0, to: blocks.count, by: Self.blockSize) {
        compress(UnsafeRawBufferPointer(rebasing: blocks[start..<start + Self.blockSize]), sines)
      }
    }
  }

  /// Adds one block (section 3.4): four rounds of sixteen steps.
  private mutating func compress(_ block: UnsafeRawBufferPointer, _ sines: UnsafeBufferPointer<UInt32>) {
    var (a, b, c, d) = (words[0], words[1], words[2], words[3])
    for step in 0..<Self.blockSize {
      let mixed: UInt32
      let index: Int
      switch step / 16 {
      case 0: (mixed, index) = (b & c | ~b & d, step)
      case 1: (mixed, index) = (b & d | c & ~d, (5 * step + 1) % 16)
      case 2: (mixed, index) = (b ^ c ^ d, (3 * step + 5) % 16)
      default: (mixed, index) = (c ^ (b | ~d), 7 * step % 16)
      }
      let word = UInt32(littleEndian: block.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self))
      let sum = a &+ mixed &+ word &+ sines[step]
      (a, d, c, b) = (d, c, b, b &+ sum.rotated(right: 32 - Self.rotation(ofStep: step)))
    }
    for (index, value) in [a, b, c, d].enumerated() { words[index] &+= value }
  }

  private static func rotation(ofStep step: Int) -> UInt32 {
    switch (step / 16, step % 4) {
    case (0, let place): 7 + 5 * UInt32(place)
    case (1, 0): 5
    case (1, 1): 9
    case (1, 2): 14
    case (1, _): 20
    case (2, 0): 4
    case (2, 1): 11
    case (2, 2): 16
    case (2, _): 23
    case (_, 0): 6
    case (_, 1): 10
    case (_, 2): 15
    default: 21
    }
  }

  /// The whole part of 2³² · |sin(step + 1)|.
  private static let sines: [UInt32] = [
    0xd76a_a478, 0xe8c7_b756, 0x2420_70db, 0xc1bd_ceee, 0xf57c_0faf, 0x4787_c62a, 0xa830_4613, 0xfd46_9501,
    0x6980_98d8, 0x8b44_f7af, 0xffff_5bb1, 0x895c_d7be, 0x6b90_1122, 0xfd98_7193, 0xa679_438e, 0x49b4_0821,
    0xf61e_2562, 0xc040_b340, 0x265e_5a51, 0xe9b6_c7aa, 0xd62f_105d, 0x0244_1453, 0xd8a1_e681, 0xe7d3_fbc8,
    0x21e1_cde6, 0xc337_07d6, 0xf4d5_0d87, 0x455a_14ed, 0xa9e3_e905, 0xfcef_a3f8, 0x676f_02d9, 0x8d2a_4c8a,
    0xfffa_3942, 0x8771_f681, 0x6d9d_6122, 0xfde5_380c, 0xa4be_ea44, 0x4bde_cfa9, 0xf6bb_4b60, 0xbebf_bc70,
    0x289b_7ec6, 0xeaa1_27fa, 0xd4ef_3085, 0x0488_1d05, 0xd9d4_d039, 0xe6db_99e5, 0x1fa2_7cf8, 0xc4ac_5665,
    0xf429_2244, 0x432a_ff97, 0xab94_23a7, 0xfc93_a039, 0x655b_59c3, 0x8f0c_cc92, 0xffef_f47d, 0x8584_5dd1,
    0x6fa8_7e4f, 0xfe2c_e6e0, 0xa301_4314, 0x4e08_11a1, 0xf753_7e82, 0xbd3a_f235, 0x2ad7_d2bb, 0xeb86_d391,
  ]
}
