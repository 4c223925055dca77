import OpenCL

/// A buffer that is replaced by a larger one when necessary. Enqueued commands keep the buffer that they were given.
struct GrowingBuffer {
  private let context: Context
  private let hostVisible: Bool
  private var buffer: Buffer?

  init(context: Context, hostVisible: Bool = false) {
    self.context = context
    self.hostVisible = hostVisible
  }

  /// A buffer of at least `byteCount` bytes. If it is replaced, the contents are lost.
  mutating func holding(_ byteCount: Int) throws -> Buffer {
    if let buffer, buffer.byteCount >= byteCount { return buffer }
    buffer = nil
    let made = try Buffer(context: context, byteCount: byteCount, hostVisible: hostVisible)
    buffer = made
    return made
  }
}

/// Pinned memory that is replaced by larger memory when necessary; no transfer may be in flight then.
struct GrowingPinnedMemory {
  private let queue: Queue
  private var memory: PinnedMemory?

  init(queue: Queue) { self.queue = queue }

  /// Memory of at least `byteCount` bytes. If it is replaced, the contents are lost.
  mutating func holding(_ byteCount: Int) throws -> PinnedMemory {
    if let memory, memory.bytes.count >= byteCount { return memory }
    memory = nil
    let made = try PinnedMemory(queue: queue, byteCount: byteCount)
    memory = made
    return made
  }
}
