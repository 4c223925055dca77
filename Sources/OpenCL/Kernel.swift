import COpenCL

/// A value that a kernel takes.
public protocol KernelArgument {
  /// Calls `body` with the bytes as the kernel's parameter lays them out.
  func withKernelBytes(_ body: (_ size: Int, _ bytes: UnsafeRawPointer) -> Int32) -> Int32
}

extension KernelArgument where Self: BitwiseCopyable {
  /// The value's own bytes.
  public func withKernelBytes(_ body: (_ size: Int, _ bytes: UnsafeRawPointer) -> Int32) -> Int32 {
    withUnsafeBytes(of: self) { bytes in
      guard let base = bytes.baseAddress else { return CLStatus.invalidKernelArgs.rawValue }
      return body(bytes.count, base)
    }
  }
}

/// OpenCL C's `int`.
extension Int32: KernelArgument {}
/// OpenCL C's `uint`.
extension UInt32: KernelArgument {}
/// OpenCL C's `ulong`.
extension UInt64: KernelArgument {}
/// OpenCL C's `float`.
extension Float: KernelArgument {}
/// OpenCL C's `int2`, `ulong2` and the like.
extension SIMD2: KernelArgument where Scalar: KernelArgument {
  /// The bytes as OpenCL C lays them out.
  public func withKernelBytes(_ body: (_ size: Int, _ bytes: UnsafeRawPointer) -> Int32) -> Int32 {
    withUnsafePointer(to: self) { body(MemoryLayout<Self>.size, $0) }
  }
}
/// OpenCL C's `int4` and the like.
extension SIMD4: KernelArgument where Scalar: KernelArgument {
  /// The bytes as OpenCL C lays them out.
  public func withKernelBytes(_ body: (_ size: Int, _ bytes: UnsafeRawPointer) -> Int32) -> Int32 {
    withUnsafePointer(to: self) { body(MemoryLayout<Self>.size, $0) }
  }
}

/// OpenCL C's `int8`, `ulong8` and the like.
extension SIMD8: KernelArgument where Scalar: KernelArgument {
  /// The bytes as OpenCL C lays them out.
  public func withKernelBytes(_ body: (_ size: Int, _ bytes: UnsafeRawPointer) -> Int32) -> Int32 {
    withUnsafePointer(to: self) { body(MemoryLayout<Self>.size, $0) }
  }
}

/// OpenCL C's `__global` pointer.
extension Buffer: KernelArgument {
  /// The bytes as OpenCL C lays them out.
  public func withKernelBytes(_ body: (_ size: Int, _ bytes: UnsafeRawPointer) -> Int32) -> Int32 {
    withUnsafePointer(to: handle) { body(MemoryLayout<OpaquePointer>.size, $0) }
  }
}

/// One function of a program with its own set of arguments: `cl_kernel`.
///
/// Not Sendable: `clSetKernelArg` on one `cl_kernel` from two threads is a race. Make a kernel for each launch that is
/// recorded; they are cheap.
public final class Kernel {
  let handle: OpaquePointer
  /// The function's name.
  public let name: String
  /// How many arguments it takes.
  public let argumentCount: Int
  // A cl_kernel does not keep the buffers that it was given alive.
  private var retained: [Buffer] = []

  /// The function `name` of `program`.
  public init(program: Program, name: String) throws(CLError) {
    let handle = try make("clCreateKernel", name) { clCreateKernel(program.handle, name, $0) }
    self.handle = handle
    self.name = name
    argumentCount = Int(
      try Info.value(UInt32(0), "clGetKernelInfo") {
        clGetKernelInfo(handle, cl_kernel_info(CL_KERNEL_NUM_ARGS), $0, $1, $2)
      })
  }

  deinit { clReleaseKernel(handle) }

  /// The most work-items of one work-group of this kernel (`CL_KERNEL_WORK_GROUP_SIZE`), which registers or local memory
  /// may make fewer than the device's; that where the driver does not tell.
  public func maxWorkGroupSize(on device: Device) -> Int {
    let limit = try? Info.value(Int(0), "clGetKernelWorkGroupInfo") {
      clGetKernelWorkGroupInfo(
        handle, device.handle, cl_kernel_work_group_info(CL_KERNEL_WORK_GROUP_SIZE), $0, $1, $2)
    }
    guard let limit, limit > 0 else { return device.maxWorkGroupSize }
    return min(limit, device.maxWorkGroupSize)
  }

  /// Sets every argument, in the order of the function's parameters.
  ///
  /// - Throws: `KernelArgumentCountError`, or `CLError` naming the argument that the driver refused.
  public func bind<each Argument: KernelArgument>(_ arguments: repeat each Argument) throws {
    var count = 0
    for _ in repeat each arguments { count += 1 }
    guard count == argumentCount else {
      throw KernelArgumentCountError(kernel: name, expected: argumentCount, given: count)
    }
    retained.removeAll()
    var index: UInt32 = 0
    for argument in repeat each arguments {
      let code = argument.withKernelBytes { size, bytes in clSetKernelArg(handle, index, size, bytes) }
      try check(code, "clSetKernelArg", "\(name), argument \(index)")
      if let buffer = argument as? Buffer { retained.append(buffer) }
      index += 1
    }
  }
}
