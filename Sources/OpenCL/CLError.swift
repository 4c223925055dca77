/// An OpenCL call failed.
public struct CLError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The status that the call returned.
  public let status: CLStatus
  /// The name of the C function, such as `clEnqueueNDRangeKernel`.
  public let call: String
  /// What the call was about, such as a kernel's name; may be empty.
  public let subject: String

  /// A failure of `call`.
  public init(status: CLStatus, call: String, subject: String = "") {
    self.status = status
    self.call = call
    self.subject = subject
  }

  /// One line, such as `clCreateBuffer (64 bytes) failed: CL_OUT_OF_RESOURCES (-5)`.
  public var description: String {
    "\(call)\(subject.isEmpty ? "" : " (\(subject))") failed: \(status)"
  }
}

/// A program did not build.
public struct CLBuildError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The program's name, as given to `Program`.
  public let program: String
  /// The device that the program was built for.
  public let device: String
  /// The build options.
  public let options: String
  /// The log of the device's compiler.
  public let log: String

  /// One line with the program, the device and the first error of the log.
  public var description: String {
    "program '\(program)' does not build on \(device) with options '\(options)': \(summary)"
  }

  /// The first line of the log that mentions an error, or else its first line.
  private var summary: String {
    let lines = log.split(whereSeparator: \.isNewline).filter { !$0.allSatisfy(\.isWhitespace) }
    let telling = lines.first { $0.lowercased().contains("error") } ?? lines.first ?? "the compiler wrote no log"
    return telling.prefix(300) + (lines.count > 1 ? " (and \(lines.count - 1) more lines)" : "")
  }
}

/// A kernel was given another number of arguments than it takes.
public struct KernelArgumentCountError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kernel's name.
  public let kernel: String
  /// The number of arguments that the kernel takes.
  public let expected: Int
  /// The number of arguments given.
  public let given: Int

  /// One line with the kernel and both numbers.
  public var description: String { "kernel '\(kernel)' takes \(expected) arguments but was given \(given)" }
}

/// Throws if a call returned an error code.
func check(_ code: Int32, _ call: String, _ subject: @autoclosure () -> String = "") throws(CLError) {
  guard code == CLStatus.success.rawValue else {
    throw CLError(status: CLStatus(rawValue: code), call: call, subject: subject())
  }
}

/// The handle that a call creates, if the code that the call stores through the pointer is no error.
func make(
  _ call: String, _ subject: @autoclosure () -> String = "", _ body: (UnsafeMutablePointer<Int32>) -> OpaquePointer?
) throws(CLError) -> OpaquePointer {
  var code: Int32 = 0
  let handle = body(&code)
  try check(code, call, subject())
  guard let handle else {
    throw CLError(status: CLStatus(rawValue: code), call: call, subject: "\(subject()) returned no handle")
  }
  return handle
}
