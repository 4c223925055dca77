import COpenCL

extension Device {
  /// Whether two devices are the same hardware, offered by two drivers: by their address on the PCI bus or their UUID.
  /// If a driver reports neither, they count as different.
  public func isSameHardware(as other: Device) -> Bool {
    if let own = pciAddress, let address = other.pciAddress { return own == address }
    if let own = uuid, let identity = other.uuid { return own == identity }
    return false
  }

  /// Domain, bus, device and function on the PCI bus; nil if the driver does not report them.
  var pciAddress: [UInt32]? {
    func query(_ parameter: Int32) -> Info.Query {
      { clGetDeviceInfo(self.handle, cl_device_info(parameter), $0, $1, $2) }
    }
    if extensions.contains("cl_khr_pci_bus_info") {
      return try? Info.values(UInt32(0), "clGetDeviceInfo", query(CL_DEVICE_PCI_BUS_INFO_KHR))
    }
    if extensions.contains("cl_amd_device_attribute_query"),
      let topology = try? Info.values(UInt8(0), "clGetDeviceInfo", query(CL_DEVICE_TOPOLOGY_AMD)), topology.count == 24,
      topology[0] == UInt8(CL_DEVICE_TOPOLOGY_TYPE_PCIE_AMD)
    {
      // cl_device_topology_amd: a type of 4 bytes, 17 unused bytes, then bus, device and function. There is no domain.
      return [0, UInt32(topology[21]), UInt32(topology[22]), UInt32(topology[23])]
    }
    return nil
  }

  /// The UUID of `cl_khr_device_uuid`; nil if the driver does not report it.
  private var uuid: [UInt8]? {
    guard extensions.contains("cl_khr_device_uuid") else { return nil }
    let parameter = cl_device_info(CL_DEVICE_UUID_KHR)
    return try? Info.values(UInt8(0), "clGetDeviceInfo") { clGetDeviceInfo(handle, parameter, $0, $1, $2) }
  }
}

// What kind of hardware and driver a device is.
extension Device {
  /// Whether the device is a CPU with a driver that every change to u2cl is tested with, PoCL or Intel's runtime. Their
  /// results are not checked before use, and their compilers get hints beyond OpenCL C.
  public var isOfKnownCPUDriver: Bool {
    kind == .cpu && (platform.name == Platform.poclName || platform.vendor == "Intel(R) Corporation")
  }

  /// The version of Intel's hardware (`CL_DEVICE_IP_VERSION_INTEL` of `cl_intel_device_attribute_query`), such as 9.0
  /// for Skylake and 12.55 for Arc; nil if the driver does not report it.
  public var intelVersion: (major: Int, minor: Int)? {
    guard extensions.contains("cl_intel_device_attribute_query") else { return nil }
    let parameter = cl_device_info(CL_DEVICE_IP_VERSION_INTEL)
    let version = try? Info.value(UInt32(0), "clGetDeviceInfo") { clGetDeviceInfo(handle, parameter, $0, $1, $2) }
    // Ten bits for the major version, eight for the minor version, fourteen for the revision.
    return version.flatMap { $0 == 0 ? nil : (Int($0 >> 22), Int($0 >> 14 & 0xFF)) }
  }

  /// The number of units that each run work-groups with a local memory of their own. These are the compute units,
  /// except with Intel's drivers, whose compute units are parts of them (`cl_intel_device_attribute_query`).
  public var multiprocessors: Int {
    guard kind == .gpu, extensions.contains("cl_intel_device_attribute_query") else { return computeUnits }
    func number(_ parameter: Int32) -> Int {
      let query: Info.Query = { clGetDeviceInfo(self.handle, cl_device_info(parameter), $0, $1, $2) }
      return Int((try? Info.value(UInt32(0), "clGetDeviceInfo", query)) ?? 0)
    }
    let parts = number(CL_DEVICE_NUM_SLICES_INTEL) * number(CL_DEVICE_NUM_SUB_SLICES_PER_SLICE_INTEL)
    return (1...computeUnits).contains(parts) ? parts : computeUnits
  }
}
