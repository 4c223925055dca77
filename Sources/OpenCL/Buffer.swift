import COpenCL

/// Memory on a device: `cl_mem`.
///
/// Unchecked: OpenCL's memory objects are thread-safe; what commands read and write is ordered by their queue.
public final class Buffer: @unchecked Sendable {
  let handle: OpaquePointer
  /// The context it lives in.
  public let context: Context
  /// Its size, in bytes.
  public let byteCount: Int

  /// Uninitialised memory that kernels may read and write.
  ///
  /// - Throws: `DeviceMemoryError` where the device says beforehand that it cannot hold so much.
  public init(context: Context, byteCount: Int) throws {
    let device = context.device
    guard UInt64(byteCount) <= device.maxAllocation else {
      throw DeviceMemoryError(device: device.name, needed: byteCount, available: device.maxAllocation)
    }
    self.context = context
    self.byteCount = byteCount
    handle = try make("clCreateBuffer", "\(byteCount) bytes") {
      clCreateBuffer(context.handle, cl_mem_flags(CL_MEM_READ_WRITE), max(1, byteCount), nil, $0)
    }
  }

  deinit { clReleaseMemObject(handle) }
}

/// A device cannot hold what is asked of it.
public struct DeviceMemoryError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The device.
  public let device: String
  /// In bytes.
  public let needed: Int
  /// The largest buffer of the device, in bytes.
  public let available: UInt64

  /// One line with the sizes and what to do.
  public var description: String {
    """
    \(device) holds at most \(available >> 20) MiB in one buffer, \(needed >> 20) MiB are needed; \
    use a smaller size or batch, or another device
    """
  }
}
