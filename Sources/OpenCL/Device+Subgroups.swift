import COpenCL

/// A device's support for sub-groups: work-items of a work-group that run in lockstep and can exchange values.
public struct SubgroupSupport: Hashable, Sendable {
  /// The version of OpenCL C for `-cl-std` that has the functions for sub-groups, such as `CL3.0`.
  public let language: String
  /// The sizes that a kernel can request (`cl_intel_required_subgroup_size`); empty if the compiler chooses the size.
  public let requiredSizes: [Int]
  /// The sizes in bits of the elements that block reads support (`cl_intel_subgroups`, `cl_intel_subgroups_short`).
  public let blockReads: Set<Int>
}

extension Device {
  /// The device's support for sub-groups; nil if the driver does not report any.
  public var subgroups: SubgroupSupport? {
    if extensions.contains("cl_intel_subgroups") {
      let blockReads: Set<Int> = extensions.contains("cl_intel_subgroups_short") ? [16, 32] : [32]
      return SubgroupSupport(language: "CL1.2", requiredSizes: requiredSubgroupSizes, blockReads: blockReads)
    }
    // Drivers of OpenCL 3.0 need not list the extension.
    if isOfVersion3, extensions.contains("cl_khr_subgroups") || mostSubgroups > 0 {
      return SubgroupSupport(language: "CL3.0", requiredSizes: requiredSubgroupSizes, blockReads: [])
    }
    guard extensions.contains("cl_khr_subgroups") else { return nil }
    return SubgroupSupport(language: "CL2.0", requiredSizes: requiredSubgroupSizes, blockReads: [])
  }

  private var isOfVersion3: Bool {
    // `OpenCL 3.0`, followed by the vendor's own text.
    version.split(separator: " ").dropFirst().first?.split(separator: ".").first.flatMap { Int($0) } ?? 0 >= 3
  }

  /// `CL_DEVICE_MAX_NUM_SUB_GROUPS` of OpenCL 2.1.
  private var mostSubgroups: Int {
    let query: Info.Query = { clGetDeviceInfo(self.handle, 0x105C, $0, $1, $2) }
    return Int((try? Info.value(UInt32(0), "clGetDeviceInfo", query)) ?? 0)
  }

  private var requiredSubgroupSizes: [Int] {
    guard extensions.contains("cl_intel_required_subgroup_size") else { return [] }
    let parameter = cl_device_info(CL_DEVICE_SUB_GROUP_SIZES_INTEL)
    return (try? Info.values(Int(0), "clGetDeviceInfo") { clGetDeviceInfo(handle, parameter, $0, $1, $2) }) ?? []
  }
}

extension Kernel {
  /// The size of the kernel's sub-groups in work-groups of `local` (`clGetKernelSubGroupInfo`); nil if the driver does
  /// not report it.
  public func subgroupSize(local: [Int], on device: Device) -> Int? {
    let names = ["clGetKernelSubGroupInfoKHR", "clGetKernelSubGroupInfo"]
    let found = names.lazy.compactMap { clGetExtensionFunctionAddressForPlatform(device.platform.handle, $0) }.first
    guard let found else { return nil }
    let query = unsafeBitCast(found, to: clGetKernelSubGroupInfoKHR_fn.self)
    var size = 0
    let code = local.withUnsafeBytes { local in
      query(
        handle, device.handle, cl_kernel_sub_group_info(CL_KERNEL_MAX_SUB_GROUP_SIZE_FOR_NDRANGE_KHR), local.count,
        local.baseAddress, MemoryLayout<Int>.size, &size, nil)
    }
    return code == CLStatus.success.rawValue && size > 0 ? size : nil
  }
}
