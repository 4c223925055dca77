import COpenCL

/// Something that runs kernels: `cl_device_id`, with what is asked of it most. Root devices live as long as the process.
///
/// Unchecked: the handle is constant and OpenCL's queries on it are thread-safe.
public struct Device: @unchecked Sendable {
  /// What kind of hardware a device is.
  public enum Kind: String, Sendable, CaseIterable {
    /// A graphics processor.
    case gpu
    /// Hardware made for computing only.
    case accelerator
    /// The host's processor.
    case cpu
    /// Anything else.
    case other
  }

  let handle: OpaquePointer
  /// The driver it belongs to.
  public let platform: Platform
  /// Such as `NVIDIA H200`.
  public let name: String
  /// Who made it.
  public let vendor: String
  /// The OpenCL version, such as `OpenCL 3.0`.
  public let version: String
  /// The driver's version.
  public let driverVersion: String
  /// GPU, accelerator, CPU or other.
  public let kind: Kind
  /// How many compute units work side by side: cores of a CPU, multiprocessors of a GPU.
  public let computeUnits: Int
  /// In MHz, as the driver reports it.
  public let clockFrequency: Int
  /// Device memory, in bytes.
  public let globalMemory: UInt64
  /// The largest buffer, in bytes.
  public let maxAllocation: UInt64
  /// Memory shared by a work-group, in bytes.
  public let localMemory: UInt64
  /// The most work-items of one work-group; a kernel may allow fewer (`Kernel.maxWorkGroupSize(on:)`).
  public let maxWorkGroupSize: Int
  /// The most work-items of one work-group along each dimension.
  public let maxWorkItemSizes: [Int]
  /// Whether the device shares the host's memory: an integrated GPU, or a CPU.
  public let sharesHostMemory: Bool
  /// How many float32 values the driver says its vectors hold.
  public let nativeFloatWidth: Int
  /// What the driver offers beyond the core, sorted.
  public let extensions: [String]

  init(handle: OpaquePointer, platform: Platform) throws(CLError) {
    func query(_ parameter: Int32) -> Info.Query {
      { clGetDeviceInfo(handle, cl_device_info(parameter), $0, $1, $2) }
    }
    func text(_ parameter: Int32) throws(CLError) -> String {
      try Info.string("clGetDeviceInfo", query(parameter))
    }
    func number<Value: FixedWidthInteger & BitwiseCopyable>(
      _ parameter: Int32, _ zero: Value
    ) throws(CLError) -> Value {
      try Info.value(zero, "clGetDeviceInfo", query(parameter))
    }
    self.handle = handle
    self.platform = platform
    name = try text(CL_DEVICE_NAME)
    vendor = try text(CL_DEVICE_VENDOR)
    version = try text(CL_DEVICE_VERSION)
    driverVersion = try text(CL_DRIVER_VERSION)
    kind = Kind(type: try number(CL_DEVICE_TYPE, cl_device_type(0)))
    computeUnits = Int(try number(CL_DEVICE_MAX_COMPUTE_UNITS, UInt32(0)))
    clockFrequency = Int(try number(CL_DEVICE_MAX_CLOCK_FREQUENCY, UInt32(0)))
    globalMemory = try number(CL_DEVICE_GLOBAL_MEM_SIZE, UInt64(0))
    maxAllocation = try number(CL_DEVICE_MAX_MEM_ALLOC_SIZE, UInt64(0))
    localMemory = try number(CL_DEVICE_LOCAL_MEM_SIZE, UInt64(0))
    maxWorkGroupSize = try number(CL_DEVICE_MAX_WORK_GROUP_SIZE, Int(0))
    maxWorkItemSizes = try Info.values(Int(0), "clGetDeviceInfo", query(CL_DEVICE_MAX_WORK_ITEM_SIZES))
    sharesHostMemory = try number(CL_DEVICE_HOST_UNIFIED_MEMORY, UInt32(0)) != 0
    nativeFloatWidth = Int(try number(CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT, UInt32(0)))
    extensions = try text(CL_DEVICE_EXTENSIONS).split(separator: " ").map(String.init).sorted()
  }

  /// The most work-items of a work-group that lies along the first dimension.
  public var maxRowGroupSize: Int { min(maxWorkGroupSize, maxWorkItemSizes.first ?? maxWorkGroupSize) }
}

extension Device.Kind {
  init(type: cl_device_type) {
    func has(_ bit: Int) -> Bool { type & (1 << cl_device_type(bit)) != 0 }
    self = has(2) ? .gpu : has(3) ? .accelerator : has(1) ? .cpu : .other
  }
}

extension Device: Equatable {
  /// Whether both are the same device of the same driver.
  public static func == (a: Device, b: Device) -> Bool { a.handle == b.handle }
}
