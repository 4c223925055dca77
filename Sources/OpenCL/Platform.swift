import COpenCL
import Synchronization

// Drivers set themselves up in their first calls, and not all do so safely from two threads at once (PoCL 3.1 then lists
// no device, or crashes): listing platforms and devices and making contexts is done by one thread at a time.
let driverSetup = Mutex(())

/// A driver: `cl_platform_id`. Platforms live as long as the process.
///
/// Unchecked: the handle is constant and OpenCL's queries on it are thread-safe.
public struct Platform: @unchecked Sendable {
  let handle: OpaquePointer
  /// Such as `Portable Computing Language`.
  public let name: String
  /// Who wrote it.
  public let vendor: String
  /// Such as `OpenCL 3.0 PoCL 3.1`.
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

  /// Every platform the loader finds; none where no driver is installed.
  public static func all() throws(CLError) -> [Platform] {
    try driverSetup.withLock { _ throws(CLError) in
      var platforms: [Platform] = []
      for handle in try handles("clGetPlatformIDs", noneIf: .platformNotFound, clGetPlatformIDs) {
        platforms.append(try Platform(handle: handle))
      }
      return platforms
    }
  }

  /// Every device of this platform, in the driver's order.
  public func devices() throws(CLError) -> [Device] {
    try driverSetup.withLock { _ throws(CLError) in
      let found = try handles("clGetDeviceIDs", noneIf: .deviceNotFound) {
        clGetDeviceIDs(handle, cl_device_type(0xFFFF_FFFF), $0, $1, $2)
      }
      var devices: [Device] = []
      for device in found { devices.append(try Device(handle: device, platform: self)) }
      return devices
    }
  }
}
