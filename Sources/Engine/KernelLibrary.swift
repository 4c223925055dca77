import Kernels
import OpenCL

/// The programs of one context, each built when it is first needed.
final class KernelLibrary {
  private let context: Context
  private let tuning: KernelTuning
  private var programs: [KernelSource: Program] = [:]

  init(context: Context, tuning: KernelTuning) {
    self.context = context
    self.tuning = tuning
  }

  /// A new kernel, for one launch's own arguments.
  func kernel(_ name: String, from source: KernelSource) throws -> Kernel {
    try Kernel(program: program(source), name: name)
  }

  private func program(_ source: KernelSource) throws -> Program {
    if let program = programs[source] { return program }
    let program = try Program(
      context: context, name: source.fileName, source: source.text, options: tuning.buildOptions)
    programs[source] = program
    return program
  }
}
