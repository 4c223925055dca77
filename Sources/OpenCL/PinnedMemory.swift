import COpenCL

/// Host memory that a device can access directly, for fast transfers: a buffer of the driver that stays mapped as long
/// as this object lives.
///
/// Not Sendable: the caller must know which transfers are in flight.
public final class PinnedMemory {
  /// The memory.
  public let bytes: UnsafeMutableRawBufferPointer
  private let buffer: Buffer
  private let queue: Queue

  /// Uninitialised memory for transfers within a queue's context.
  ///
  /// - Throws: `DeviceMemoryError`, `CLError`.
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
