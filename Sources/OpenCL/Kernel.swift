import COpenCL

/// A function of a program with its own set of arguments (`cl_kernel`).
///
/// Not Sendable: `clSetKernelArg` on one `cl_kernel` from two threads is a race. Make a kernel for each recorded
/// launch; kernels are cheap.
public final class Kernel {
  let handle: OpaquePointer
  /// The function's name.
  public let name: String
  /// The number of arguments.
  public let argumentCount: Int
  // A cl_kernel does not keep its buffers alive.
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

  /// The size of the kernel's largest work-group (`CL_KERNEL_WORK_GROUP_SIZE`), which registers or local memory may
  /// limit; that of the device if the driver does not report it.
  public func maxWorkGroupSize(on device: Device) -> Int {
    let limit = try? Info.value(Int(0), "clGetKernelWorkGroupInfo") {
      clGetKernelWorkGroupInfo(
        handle, device.handle, cl_kernel_work_group_info(CL_KERNEL_WORK_GROUP_SIZE), $0, $1, $2)
    }
    guard let limit, limit > 0 else { return device.maxWorkGroupSize }
    return min(limit, device.maxWorkGroupSize)
  }

  /// Sets all arguments, in the order of the function's parameters.
  ///
  /// - Throws: `KernelArgumentCountError`, or `CLError` with the argument that the driver refused.
  public func bind<each Argument: KernelArgument>(_ arguments: repeat each Argument) throws {
    var list: [any KernelArgument] = []
    for argument in repeat each arguments { list.append(argument) }
    try bind(list)
  }

  /// Sets all arguments, in the order of the function's parameters.
  ///
  /// - Throws: `KernelArgumentCountError`, or `CLError` with the argument that the driver refused.
  public func bind(_ arguments: [any KernelArgument]) throws {
    guard arguments.count == argumentCount else {
      throw KernelArgumentCountError(kernel: name, expected: argumentCount, given: arguments.count)
    }
    retained.removeAll()
    for (index, argument) in arguments.enumerated() {
      let code = argument.withKernelBytes { size, bytes in clSetKernelArg(handle, UInt32(index), size, bytes) }
      try check(code, "clSetKernelArg", "\(name), argument \(index)")
      if let buffer = argument as? Buffer { retained.append(buffer) }
    }
  }
}
