/// What a digest (MD5, SHA-256) has made of the blocks of a message so far.
protocol BlockwiseState: Sendable {
  /// How the message's length stands at the end of its padding.
  static var lengthIsBigEndian: Bool { get }
  /// Of no block yet.
  init()
  /// Takes whole blocks.
  mutating func compress(_ blocks: UnsafeRawBufferPointer)
}

extension BlockwiseState {
  /// A block's size, in bytes.
  static var blockSize: Int { 64 }
}

/// A message that comes piece by piece: whole blocks go to the state, the rest waits for more.
struct BlockwiseMessage<State: BlockwiseState>: Sendable {
  private var state = State()
  /// Less than a block.
  private var rest: [UInt8] = []
  private var byteCount = 0

  /// Adds the next bytes.
  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    byteCount += bytes.count
    let filling = rest.isEmpty ? 0 : min(State.blockSize - rest.count, bytes.count)
    rest += bytes[..<filling]
    if rest.count == State.blockSize {
      rest.withUnsafeBytes { state.compress($0) }
      rest.removeAll(keepingCapacity: true)
    }
    let end = filling + (bytes.count - filling) / State.blockSize * State.blockSize
    if end > filling { state.compress(UnsafeRawBufferPointer(rebasing: bytes[filling..<end])) }
    rest += bytes[end...]
  }

  /// The state after the padding: a bit, zeros, and the message's length in bits.
  func finished() -> State {
    var state = state
    let zeros = (2 * State.blockSize - 9 - rest.count) % State.blockSize
    let bits = UInt64(byteCount) * 8
    let length = CacheEntry.littleEndian(State.lengthIsBigEndian ? bits.byteSwapped : bits)
    let end = rest + [0x80] + [UInt8](repeating: 0, count: zeros) + length
    end.withUnsafeBytes { state.compress($0) }
    return state
  }
}

extension UInt32 {
  /// The bits turned around to the right.
  func rotated(right count: UInt32) -> UInt32 { self >> count | self << (32 - count) }
}

extension Sequence<UInt8> {
  /// Two lower-case digits a byte.
  package var hexadecimal: String { map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() }
}
