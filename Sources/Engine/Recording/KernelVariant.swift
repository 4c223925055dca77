package import Kernels
import Tensors

/// A function of a kernel file, compiled with certain constants: the unit that a device may refuse or compute wrongly.
package struct KernelVariant: Hashable, Sendable {
  /// The function's name.
  package let function: String
  /// The file that holds the function.
  package let source: KernelSource
  /// The build options, as for `clBuildProgram`.
  package let options: String

  package init(function: String, source: KernelSource, options: String) {
    (self.function, self.source, self.options) = (function, source, options)
  }

  /// The program that holds the function.
  var program: ProgramSource { ProgramSource(source, options: options) }

  /// The text and the build options of the function's program: what a compiler is given.
  package var compiled: (text: String, options: String) { (program.text, program.options) }
}

extension KernelVariant: CustomStringConvertible {
  /// The function with its constants, such as `conv2d_gemm (KERNEL=3 TILE_M=64 …)`.
  package var description: String {
    let constants = options.replacing("-D ", with: "")
    return constants.isEmpty ? function : "\(function) (\(constants))"
  }
}

extension Precision {
  /// The build options of kernels that store elements in this precision: the `STORAGE` of `storage.cl`, by default
  /// float32.
  var storageOptions: String {
    switch self {
    case .float32: ""
    case .float16: "-D STORAGE=16"
    case .bfloat16: "-D STORAGE=BFLOAT16"
    }
  }
}
