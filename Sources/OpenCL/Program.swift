import COpenCL

/// Compiled OpenCL C (`cl_program`).
///
/// Unchecked Sendable: OpenCL's programs are thread-safe once built.
public final class Program: @unchecked Sendable {
  let handle: OpaquePointer
  /// A name for reports, such as `conv2d.cl`.
  public let name: String

  /// Compiles `source` for the context's device.
  ///
  /// - Parameter options: as for `clBuildProgram`, such as `-D TILE=8`.
  /// - Throws: `CLBuildError` with the compiler's log, or `CLError`.
  public convenience init(context: Context, name: String, source: String, options: String = "") throws {
    let handle = try make("clCreateProgramWithSource", name) { code in
      source.withCString { text in
        var text: UnsafePointer<CChar>? = text
        return clCreateProgramWithSource(context.handle, 1, &text, nil, code)
      }
    }
    try self.init(building: handle, name: name, for: context.device, options: options)
  }

  /// Loads a program from what `binary()` returned for the same device, driver, source and options.
  ///
  /// Trap: not every driver rejects the binary of another driver.
  /// - Throws: `CLError` if the driver rejects the binary; `CLBuildError` with the log.
  public convenience init(context: Context, name: String, binary: [UInt8], options: String = "") throws {
    var status: Int32 = 0
    let handle = try make("clCreateProgramWithBinary", name) { code in
      binary.withUnsafeBufferPointer { bytes in
        var device: OpaquePointer? = context.device.handle
        var size = bytes.count
        var start = bytes.baseAddress
        return clCreateProgramWithBinary(context.handle, 1, &device, &size, &start, &status, code)
      }
    }
    do { try check(status, "clCreateProgramWithBinary", name) } catch {
      clReleaseProgram(handle)
      throw error
    }
    try self.init(building: handle, name: name, for: context.device, options: options)
  }

  private init(building handle: OpaquePointer, name: String, for device: Device, options: String) throws {
    self.handle = handle
    self.name = name
    var id: OpaquePointer? = device.handle
    let code = clBuildProgram(handle, 1, &id, options, nil, nil)
    guard code == CLStatus.success.rawValue else {
      // A class whose every property is set releases its handle in deinit.
      throw CLBuildError(
        program: name, device: device.name, options: options,
        log: try Self.log(of: handle, device: device, status: CLStatus(rawValue: code)))
    }
  }

  deinit { clReleaseProgram(handle) }

  /// The compiled program in the driver's own format; empty if the driver does not provide it.
  ///
  /// Trap: PoCL first compiles every kernel once more, for work-groups of any size.
  public func binary() throws(CLError) -> [UInt8] {
    func query(_ parameter: Int32) -> Info.Query {
      { clGetProgramInfo(self.handle, cl_program_info(parameter), $0, $1, $2) }
    }
    let size = try Info.value(Int(0), "clGetProgramInfo", query(CL_PROGRAM_BINARY_SIZES))
    guard size > 0 else { return [] }
    var code: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      var start = buffer.baseAddress
      code = query(CL_PROGRAM_BINARIES)(MemoryLayout.size(ofValue: start), &start, nil)
      count = code == CLStatus.success.rawValue ? size : 0
    }
    try check(code, "clGetProgramInfo", name)
    return bytes
  }

  private static func log(of handle: OpaquePointer, device: Device, status: CLStatus) throws(CLError) -> String {
    let log = try Info.string("clGetProgramBuildInfo") {
      clGetProgramBuildInfo(handle, device.handle, cl_program_build_info(CL_PROGRAM_BUILD_LOG), $0, $1, $2)
    }
    return log.isEmpty ? "\(status), and the compiler wrote no log" : log
  }
}
