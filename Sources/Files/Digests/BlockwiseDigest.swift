/// The state of a digest (MD5, SHA-256) after some blocks of a message.
protocol BlockwiseState: Sendable {
  /// The byte order of the message's length at the end of the padding.
  static var lengthIsBigEndian: Bool { get }
  /// The state before the first block.
  init()
  /// Adds whole blocks.
  mutating func compress(_ blocks: UnsafeRawBufferPointer)
}

extension BlockwiseState {
  /// A block's size, in bytes.
  static var blockSize: Int { 64 }
}

/// A message that arrives in pieces: whole blocks go into the state, and the rest waits for more.
struct BlockwiseMessage<State: BlockwiseState>: Sendable {
  private var state = State()
  /// The bytes that do not fill a block yet.
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

  /// The state after the padding: a one bit, zeros, and the message's length in bits.
  func finished() -> State {
    var state = state
    let zeros = (2 * State.blockSize - 9 - rest.count) % State.blockSize
    let bits = UInt64(byteCount) * 8
    let length = (State.lengthIsBigEndian ? bits.byteSwapped : bits).littleEndianBytes
    let end = rest + [0x80] + [UInt8](repeating: 0, count: zeros) + length
    end.withUnsafeBytes { state.compress($0) }
    return state
  }
}

extension UInt32 {
  /// The bits rotated to the right.
  func rotated(right count: UInt32) -> UInt32 { self >> count | self << (32 - count) }
}
