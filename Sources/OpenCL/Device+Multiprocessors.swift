import COpenCL

extension Device {
  /// How many parts of the device run work-groups each with a local memory of its own: compute units, but where Intel's
  /// drivers count the smaller units within those (`cl_intel_device_attribute_query`).
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
