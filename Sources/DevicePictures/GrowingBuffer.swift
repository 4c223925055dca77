import OpenCL

/// Memory on a device that is made anew where it is too small. Commands that are enqueued keep what they were given.
struct GrowingBuffer {
  private let context: Context
  private let hostVisible: Bool
  private var buffer: Buffer?

  init(context: Context, hostVisible: Bool = false) {
    self.context = context
    self.hostVisible = hostVisible
  }

  /// Memory of at least so many bytes; what was in it is lost where it grows.
  mutating func holding(_ byteCount: Int) throws -> Buffer {
    if let buffer, buffer.byteCount >= byteCount { return buffer }
    buffer = nil
    let made = try Buffer(context: context, byteCount: byteCount, hostVisible: hostVisible)
    buffer = made
    return made
  }
}

/// Host memory for transfers that is made anew where it is too small; nothing may be in flight then.
struct GrowingPinnedMemory {
  private let queue: Queue
  private var memory: PinnedMemory?

  init(queue: Queue) { self.queue = queue }

  /// Memory of at least so many bytes; what was in it is lost where it grows.
  mutating func holding(_ byteCount: Int) throws -> PinnedMemory {
    if let memory, memory.bytes.count >= byteCount { return memory }
    memory = nil
    let made = try PinnedMemory(queue: queue, byteCount: byteCount)
    memory = made
    return made
  }
}
