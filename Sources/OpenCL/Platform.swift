import COpenCL
import Synchronization

// Drivers initialise themselves during their first calls, and not all do so safely from two threads at once: PoCL 3.1
// then lists no device or crashes. So one thread at a time lists platforms and devices and creates contexts.
let driverSetup = Mutex(())

/// A driver (`cl_platform_id`). Platforms live as long as the process.
///
/// Unchecked Sendable: the handle is constant and OpenCL's queries on it are thread-safe.
public struct Platform: @unchecked Sendable {
  let handle: OpaquePointer
  /// The name, such as `Portable Computing Language`.
  public let name: String
  /// The vendor.
  public let vendor: String
  /// The version, such as `OpenCL 3.0 PoCL 3.1`.
  public let version: String

  init(handle: OpaquePointer) throws(CLError) {
    func text(_ parameter: Int32) throws(CLError) -> String {
      try Info.string("clGetPlatformInfo") { clGetPlatformInfo(handle, cl_platform_info(parameter), $0, $1, $2) }
    }
    self.handle = handle
    name = try text(CL_PLATFORM_NAME)
    vendor = try text(CL_PLATFORM_VENDOR)
    version = try text(CL_PLATFORM_VERSION)
  }

  /// The name of PoCL's platform.
  public static let poclName = "Portable Computing Language"

  /// All platforms that the loader finds, or why one cannot be used; empty if no driver is installed.
  static func listed() throws(CLError) -> [Result<Platform, CLError>] {
    try driverSetup.withLock { _ throws(CLError) in
      try handles("clGetPlatformIDs", noneIf: .platformNotFound, clGetPlatformIDs).map { handle in
        Result { () throws(CLError) in try Platform(handle: handle) }
      }
    }
  }

  /// All usable platforms; empty if no driver is installed.
  public static func all() throws(CLError) -> [Platform] { try listed().compactMap { try? $0.get() } }

  /// All devices of this platform, or why one cannot be used, in the driver's order.
  func listedDevices() throws(CLError) -> [Result<Device, CLError>] {
    try driverSetup.withLock { _ throws(CLError) in
      let found = try handles("clGetDeviceIDs", noneIf: .deviceNotFound) {
        clGetDeviceIDs(handle, cl_device_type(CL_DEVICE_TYPE_ALL), $0, $1, $2)
      }
      return found.map { device in Result { () throws(CLError) in try Device(handle: device, platform: self) } }
    }
  }

  /// All usable devices of this platform, in the driver's order.
  public func devices() throws(CLError) -> [Device] { try listedDevices().compactMap { try? $0.get() } }
}
