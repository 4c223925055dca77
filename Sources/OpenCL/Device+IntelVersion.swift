import COpenCL

extension Device {
  /// The version of Intel's hardware, such as 9.0 of Skylake and 12.55 of Arc
  /// (`CL_DEVICE_IP_VERSION_INTEL` of `cl_intel_device_attribute_query`); nil where the driver does not tell.
  public var intelVersion: (major: Int, minor: Int)? {
    guard extensions.contains("cl_intel_device_attribute_query") else { return nil }
    let parameter = cl_device_info(CL_DEVICE_IP_VERSION_INTEL)
    let version = try? Info.value(UInt32(0), "clGetDeviceInfo") { clGetDeviceInfo(handle, parameter, $0, $1, $2) }
    // Ten bits of the major version, eight of the minor one, fourteen of the revision.
    return version.flatMap { $0 == 0 ? nil : (Int($0 >> 22), Int($0 >> 14 & 0xFF)) }
  }
}
