import Engine
import Files
import OpenCL

/// The properties of an OpenCL device, as `u2cl devices --json` lists them.
package struct DeviceDescription: Sendable, Hashable, Codable {
  /// The number of the device in every command.
  package let index: Int
  /// The kind of the device.
  package let kind: ComputeDevice.Kind
  /// The name, such as `NVIDIA H200`.
  package let name: String
  /// The maker.
  package let vendor: String
  /// The OpenCL platform, such as `Portable Computing Language`.
  package let platform: String
  /// The OpenCL version.
  package let version: String
  /// The version of the driver.
  package let driver: String
  /// The number of compute units: cores of a CPU, multiprocessors of a GPU.
  package let computeUnits: Int
  /// The clock frequency in MHz.
  package let clockFrequency: Int
  /// The size of the device's memory, in bytes.
  package let globalMemory: UInt64
  /// The largest buffer, in bytes.
  package let maxAllocation: UInt64
  /// The memory that a work-group shares, in bytes.
  package let localMemory: UInt64
  /// The largest number of work-items in a work-group.
  package let maxWorkGroupSize: Int
  /// The family of the GPU, which decides the kernels that it runs, such as `amdRDNA`, or `unknown`; nil for other
  /// devices.
  package let architecture: String?
  /// Whether the device shares the host's memory.
  package let sharesHostMemory: Bool
  /// The OpenCL extensions that the driver offers.
  package let extensions: [String]

  /// Every device, the best first, and the platforms and devices that are left out because their driver fails; one line
  /// each.
  ///
  /// - Throws: `Failure` if OpenCL does not work.
  package static func listed() throws(Failure) -> (devices: [DeviceDescription], problems: [String]) {
    try asFailure {
      let list = try DeviceList()
      return (list.devices.enumerated().map(DeviceDescription.init), list.problems.map { $0.printable() })
    }
  }

  init(index: Int, device: Device) {
    self.index = index
    kind = ComputeDevice.Kind(device.kind)
    name = device.name
    vendor = device.vendor
    platform = device.platform.name
    version = device.version
    driver = device.driverVersion
    computeUnits = device.computeUnits
    clockFrequency = device.clockFrequency
    globalMemory = device.globalMemory
    maxAllocation = device.maxAllocation
    localMemory = device.localMemory
    maxWorkGroupSize = device.maxWorkGroupSize
    architecture = device.kind == .gpu ? GPUArchitecture(of: device).rawValue : nil
    sharesHostMemory = device.sharesHostMemory
    extensions = device.extensions
  }
}
