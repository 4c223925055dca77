/// The passes that make a plan; by default all of them.
public struct PlanOptions: Hashable, Sendable, Codable {
  /// Folds each batch norm into the convolution before it.
  public var foldsBatchNorm = true
  /// Lets a convolution or a batch norm apply the ReLU that follows it.
  public var fusesReLU = true
  /// Lets a convolution add the residual that is added after it.
  public var fusesResidual = true
  /// Lets the 1×1 convolution of the side maps resample the maps itself.
  public var fusesSideMaps = true
  /// Lets convolutions on GPUs pool or upsample their input while reading it, where that is expected to be faster.
  public var fusesResampling = true
  /// Lets the inputs of a concat be written directly to their place in its result.
  public var concatenatesInPlace = true
  /// Stores activations in blocks of 16 channels where the device has kernels for them.
  public var usesBlocks = true
  /// Lets convolutions on blocks use Winograd's method where it is faster. Its float32 sums lose about one decimal
  /// digit.
  public var usesWinograd = true
  /// Lets values whose lifetimes do not overlap share memory.
  public var sharesMemory = true
  /// The number of bytes left free after every region of memory, where tests find out-of-bounds writes.
  public var guardByteCount = 0

  /// All passes.
  public init() {}

  /// No optional pass: a launch for every node of the graph.
  public static var unfused: PlanOptions {
    var options = PlanOptions()
    options.foldsBatchNorm = false
    options.fusesReLU = false
    options.fusesResidual = false
    options.fusesSideMaps = false
    options.fusesResampling = false
    options.concatenatesInPlace = false
    options.usesBlocks = false
    options.usesWinograd = false
    options.sharesMemory = false
    return options
  }
}

extension PlanOptions {
  /// All passes except those with the given names.
  ///
  /// - Throws: `PassError` if no pass has a name, or if it is not optional.
  package init(without names: some Sequence<String>) throws {
    self.init()
    for name in names {
      guard let option = PlanPass.all.first(where: { $0.name == name })?.option else { throw PassError(name: name) }
      self[keyPath: option] = false
    }
  }
}

/// The name of a pass that does not exist or is not optional.
package struct PassError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The name.
  package let name: String

  /// One line with the name and the names of the optional passes.
  package var description: String {
    let names = PlanPass.all.filter { $0.option != nil }.map(\.name).joined(separator: ", ")
    return "no pass called '\(name)' can be left out; these can: \(names)"
  }
}
