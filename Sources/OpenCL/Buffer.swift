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
  /// - Parameter hostVisible: whether the driver should place it where the host reaches it at full speed: memory that is
  ///   pinned for transfers, or shared with the device.
  /// - Throws: `DeviceMemoryError` where the device cannot hold so much, `CLError`.
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

/// A device cannot hold what is asked of it.
public struct DeviceMemoryError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is exceeded.
  public enum Limit: Hashable, Sendable {
    /// The largest buffer.
    case buffer
    /// All of the device's memory.
    case memory
    /// Nothing that the device tells: it refused, as others may use its memory too.
    case refused
  }

  /// The device.
  public let device: String
  /// In bytes.
  public let needed: Int
  /// What there is of it, in bytes; for a refusal all of the device's memory.
  public let available: UInt64
  /// What is exceeded.
  public let limit: Limit

  /// An error.
  public init(device: String, needed: Int, available: UInt64, limit: Limit) {
    self.device = device
    self.needed = needed
    self.available = available
    self.limit = limit
  }

  /// One line with the sizes and what to do.
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
