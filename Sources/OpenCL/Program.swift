import COpenCL

/// Compiled OpenCL C: `cl_program`.
///
/// Unchecked: OpenCL's programs are thread-safe once built.
public final class Program: @unchecked Sendable {
  let handle: OpaquePointer
  /// A name for reports, such as `conv2d.cl`.
  public let name: String

  /// Compiles `source` for the context's device.
  ///
  /// - Parameter options: as for `clBuildProgram`, such as `-D TILE=8`.
  /// - Throws: `CLBuildError` with the compiler's log, or `CLError`.
  public init(context: Context, name: String, source: String, options: String = "") throws {
    self.name = name
    handle = try make("clCreateProgramWithSource", name) { code in
      source.withCString { text in
        var text: UnsafePointer<CChar>? = text
        return clCreateProgramWithSource(context.handle, 1, &text, nil, code)
      }
    }
    var device: OpaquePointer? = context.device.handle
    let code = clBuildProgram(handle, 1, &device, options, nil, nil)
    guard code == CLStatus.success.rawValue else {
      // A class whose every property is set releases its handle in deinit.
      throw CLBuildError(
        program: name, device: context.device.name, options: options,
        log: try Self.log(of: handle, device: context.device, status: CLStatus(rawValue: code)))
    }
  }

  deinit { clReleaseProgram(handle) }

  private static func log(of handle: OpaquePointer, device: Device, status: CLStatus) throws(CLError) -> String {
    let log = try Info.string("clGetProgramBuildInfo") {
      clGetProgramBuildInfo(handle, device.handle, cl_program_build_info(CL_PROGRAM_BUILD_LOG), $0, $1, $2)
    }
    return log.isEmpty ? "\(status), and the compiler wrote no log" : log
  }
}
