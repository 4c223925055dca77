import COpenCL

/// A device that runs kernels (`cl_device_id`), with its most-used properties. Root devices live as long as the
/// process.
///
/// Unchecked Sendable: the handle is constant, and OpenCL's queries on it are thread-safe.
public struct Device: @unchecked Sendable {
  /// The kind of a device.
  public enum Kind: String, Sendable, CaseIterable {
    /// A graphics processor.
    case gpu
    /// A dedicated accelerator.
    case accelerator
    /// The host's CPU.
    case cpu
    /// Anything else.
    case other
  }

  let handle: OpaquePointer
  /// The driver that offers the device.
  public let platform: Platform
  /// The name, such as `NVIDIA H200`.
  public let name: String
  /// The vendor.
  public let vendor: String
  /// The OpenCL version, such as `OpenCL 3.0`.
  public let version: String
  /// The driver's version.
  public let driverVersion: String
  /// GPU, accelerator, CPU or other.
  public let kind: Kind
  /// The number of compute units: cores of a CPU, multiprocessors of a GPU.
  public let computeUnits: Int
  /// The clock frequency in MHz, as the driver reports it.
  public let clockFrequency: Int
  /// The size of device memory in bytes.
  public let globalMemory: UInt64
  /// The size of the largest buffer in bytes.
  public let maxAllocation: UInt64
  /// The size of a work-group's local memory in bytes.
  public let localMemory: UInt64
  /// The size of the largest work-group; a kernel may allow less (`Kernel.maxWorkGroupSize(on:)`).
  public let maxWorkGroupSize: Int
  /// The size of the largest work-group along each dimension.
  public let maxWorkItemSizes: [Int]
  /// Whether the device shares the host's memory: an integrated GPU, or a CPU.
  public let sharesHostMemory: Bool
  /// The number of float32 values in a vector register, as the driver reports it.
  public let nativeFloatWidth: Int
  /// The names of the driver's extensions, sorted.
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

  /// The size of the largest work-group that lies along the first dimension.
  public var maxRowGroupSize: Int { min(maxWorkGroupSize, maxWorkItemSizes.first ?? maxWorkGroupSize) }
}

extension Device.Kind {
  /// The kind of a device of a `cl_device_type`.
  package init(type: UInt64) {
    func has(_ bit: Int32) -> Bool { type & UInt64(bit) != 0 }
    self =
      has(CL_DEVICE_TYPE_GPU)
      ? .gpu : has(CL_DEVICE_TYPE_ACCELERATOR) ? .accelerator : has(CL_DEVICE_TYPE_CPU) ? .cpu : .other
  }
}

extension Device: Equatable {
  /// Whether both are the same device of the same driver.
  public static func == (a: Device, b: Device) -> Bool { a.handle == b.handle }
}
