import Engine
import OpenCL

/// What is known of an OpenCL device.
public struct DeviceDescription: Sendable, Hashable, Codable {
  /// Its number in every command.
  public let index: Int
  /// `gpu`, `accelerator`, `cpu` or `other`.
  public let kind: String
  /// Such as `NVIDIA H200`.
  public let name: String
  /// Who made it.
  public let vendor: String
  /// The driver, such as `Portable Computing Language`.
  public let platform: String
  /// The OpenCL version.
  public let version: String
  /// The driver's version.
  public let driver: String
  /// Cores of a CPU, multiprocessors of a GPU.
  public let computeUnits: Int
  /// In MHz.
  public let clockFrequency: Int
  /// In bytes.
  public let globalMemory: UInt64
  /// The largest buffer, in bytes.
  public let maxAllocation: UInt64
  /// Memory shared by a work-group, in bytes.
  public let localMemory: UInt64
  /// The most work-items of one work-group.
  public let maxWorkGroupSize: Int
  /// The family of GPUs that decides which kernels it is given, such as `amdRDNA`, or `unknown`; nil for other devices.
  public let architecture: String?
  /// Whether it shares the host's memory.
  public let sharesHostMemory: Bool
  /// What the driver offers beyond the core.
  public let extensions: [String]

  /// Every device, best first.
  public static func all() throws(Failure) -> [DeviceDescription] { try listed().devices }

  /// Every device, best first, and the platforms and devices that are left out because their driver fails, each in one
  /// line.
  public static func listed() throws(Failure) -> (devices: [DeviceDescription], problems: [String]) {
    try asFailure {
      let list = try DeviceList()
      return (list.devices.enumerated().map(DeviceDescription.init), list.problems.map(\.oneLine))
    }
  }

  init(index: Int, device: Device) {
    self.index = index
    kind = device.kind.rawValue
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
