import COpenCL

/// Host memory from which and into which a device copies without the driver's help: a buffer of the driver's, mapped as
/// long as this lives.
///
/// Not Sendable: what is in flight is the caller's to know.
public final class PinnedMemory {
  /// The memory.
  public let bytes: UnsafeMutableRawBufferPointer
  private let buffer: Buffer
  private let queue: Queue

  /// Uninitialised memory for the transfers of a queue's context.
  public init(queue: Queue, byteCount: Int) throws {
    buffer = try Buffer(context: queue.context, byteCount: byteCount, hostVisible: true)
    self.queue = queue
    bytes = UnsafeMutableRawBufferPointer(
      start: try queue.map(buffer, byteCount: byteCount, flags: CL_MAP_READ | CL_MAP_WRITE), count: byteCount)
  }

  deinit {
    guard let base = bytes.baseAddress else { return }
    try? queue.unmap(buffer, base)
    try? queue.finish()
  }
}
