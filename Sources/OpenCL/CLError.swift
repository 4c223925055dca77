/// An OpenCL call failed.
public struct CLError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What the call returned.
  public let status: CLStatus
  /// The C function, such as `clEnqueueNDRangeKernel`.
  public let call: String
  /// What the call was about, such as a kernel's name; empty where the call says it all.
  public let subject: String

  /// A failure of `call`.
  public init(status: CLStatus, call: String, subject: String = "") {
    self.status = status
    self.call = call
    self.subject = subject
  }

  /// `clCreateBuffer (64 bytes) failed: CL_OUT_OF_RESOURCES (-5)`.
  public var description: String {
    "\(call)\(subject.isEmpty ? "" : " (\(subject))") failed: \(status)"
  }
}

/// A program did not build.
public struct CLBuildError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The program's name, as given to `Program`.
  public let program: String
  /// The device it was built for.
  public let device: String
  /// The options it was built with.
  public let options: String
  /// What the device's compiler wrote.
  public let log: String

  /// The program, the device and what the compiler says is wrong, in one line; `log` has everything it wrote.
  public var description: String {
    "program '\(program)' does not build on \(device) with options '\(options)': \(summary)"
  }

  /// The log's first line that tells of an error, or else its first.
  private var summary: String {
    let lines = log.split(whereSeparator: \.isNewline).filter { !$0.allSatisfy(\.isWhitespace) }
    let telling = lines.first { $0.lowercased().contains("error") } ?? lines.first ?? "the compiler wrote no log"
    return telling.prefix(300) + (lines.count > 1 ? " (and \(lines.count - 1) more lines)" : "")
  }
}

/// A kernel was bound to another number of arguments than it has.
public struct KernelArgumentCountError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kernel's name.
  public let kernel: String
  /// How many it has.
  public let expected: Int
  /// How many were given.
  public let given: Int

  /// The kernel and both numbers.
  public var description: String { "kernel '\(kernel)' takes \(expected) arguments, was given \(given)" }
}

/// The one place where a returned code becomes an error.
func check(_ code: Int32, _ call: String, _ subject: @autoclosure () -> String = "") throws(CLError) {
  guard code == CLStatus.success.rawValue else {
    throw CLError(status: CLStatus(rawValue: code), call: call, subject: subject())
  }
}

/// A call that makes a handle and hands its code back through a pointer.
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
