import COpenCL

extension Device {
  /// Whether two entries of the list are one piece of hardware, which two drivers offer: the same place on the PCI bus, or
  /// the same UUID. Drivers that tell neither are taken for different hardware.
  public func isSameHardware(as other: Device) -> Bool {
    if let own = pciAddress, let address = other.pciAddress { return own == address }
    if let own = uuid, let identity = other.uuid { return own == identity }
    return false
  }

  /// Domain, bus, device and function; nil where the driver does not tell.
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
      // cl_device_topology_amd: a type of four bytes, 17 unused, then bus, device and function; the domain is not told.
      return [0, UInt32(topology[21]), UInt32(topology[22]), UInt32(topology[23])]
    }
    return nil
  }

  /// Of `cl_khr_device_uuid`; nil where the driver has none.
  private var uuid: [UInt8]? {
    guard extensions.contains("cl_khr_device_uuid") else { return nil }
    let parameter = cl_device_info(CL_DEVICE_UUID_KHR)
    return try? Info.values(UInt8(0), "clGetDeviceInfo") { clGetDeviceInfo(handle, parameter, $0, $1, $2) }
  }
}
