import COpenCL

/// Memory on a device (`cl_mem`).
///
/// Unchecked Sendable: OpenCL's memory objects are thread-safe, and a queue orders what commands read and write.
public final class Buffer: @unchecked Sendable {
  let handle: OpaquePointer
  /// The context that the buffer belongs to.
  public let context: Context
  /// The size in bytes.
  public let byteCount: Int

  /// Uninitialised memory that kernels may read and write.
  ///
  /// - Parameter hostVisible: whether the driver should allocate memory that the host can access at full speed: pinned
  ///   for transfers, or shared with the device.
  /// - Throws: `DeviceMemoryError` if the device cannot hold the buffer; `CLError`.
  public init(context: Context, byteCount: Int, hostVisible: Bool = false) throws {
    let device = context.device
    guard UInt64(byteCount) <= device.maxAllocation else {
      throw DeviceMemoryError(
        device: device.name, needed: byteCount, available: device.maxAllocation, limit: .buffer)
    }
    self.context = context
    self.byteCount = byteCount
    handle = try Self.allocate(context, byteCount, hostVisible ? CL_MEM_ALLOC_HOST_PTR : 0)
  }

  private static func allocate(_ context: Context, _ byteCount: Int, _ flags: Int32) throws -> OpaquePointer {
    do throws(CLError) {
      return try make("clCreateBuffer", "\(byteCount) bytes") {
        clCreateBuffer(context.handle, cl_mem_flags(CL_MEM_READ_WRITE | flags), max(1, byteCount), nil, $0)
      }
    } catch {
      guard error.status.mayLackMemory else { throw error }
      let device = context.device
      throw DeviceMemoryError(
        device: device.name, needed: byteCount, available: device.globalMemory, limit: .refused)
    }
  }

  deinit { clReleaseMemObject(handle) }
}

/// A device has too little memory.
public struct DeviceMemoryError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The limit that is exceeded.
  public enum Limit: Hashable, Sendable {
    /// The size of the largest buffer.
    case buffer
    /// All of the device's memory.
    case memory
    /// None that the device reports, but the driver refused: other programs may use the memory, too.
    case refused
  }

  /// The device.
  public let device: String
  /// The size that is needed, in bytes.
  public let needed: Int
  /// The limit in bytes; if the driver refused, the size of the device's memory.
  public let available: UInt64
  /// The limit that is exceeded.
  public let limit: Limit

  /// An error.
  public init(device: String, needed: Int, available: UInt64, limit: Limit) {
    self.device = device
    self.needed = needed
    self.available = available
    self.limit = limit
  }

  /// One line with the sizes and advice.
  public var description: String {
    let (mebibytes, there) = (needed >> 20, available >> 20)
    let what =
      switch limit {
      case .buffer: "\(device) holds at most \(there) MiB in one buffer, \(mebibytes) MiB are needed"
      case .memory: "\(device) has \(there) MiB of memory, \(mebibytes) MiB are needed"
      case .refused: "\(device) has no room for \(mebibytes) MiB more in its \(there) MiB of memory"
      }
    return "\(what); use a smaller size or batch, or another device"
  }
}
