import COpenCL
import Synchronization

/// The owner of a device's buffers and programs (`cl_context`).
///
/// Unchecked Sendable: OpenCL's contexts are thread-safe.
public final class Context: @unchecked Sendable {
  let handle: OpaquePointer
  /// The one device of this context.
  public let device: Device

  /// A context for one device.
  public init(device: Device) throws(CLError) {
    self.device = device
    handle = try driverSetup.withLock { _ throws(CLError) in
      var id: OpaquePointer? = device.handle
      return try make("clCreateContext", device.name) { clCreateContext(nil, 1, &id, nil, nil, $0) }
    }
  }

  deinit { clReleaseContext(handle) }
}
