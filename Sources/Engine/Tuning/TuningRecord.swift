import Tensors

/// What became of one method for one convolution: a line of a tuning's journal.
package struct TuningRecord: Hashable, Sendable {
  /// The outcome of a method's trial.
  package enum Outcome: Hashable, Sendable {
    /// The trial has begun. If no other record follows, the trial ended the process.
    case begun
    /// The method is right. Its median time and that of the default method, in nanoseconds, measured alternately, so
    /// that a slow phase of the machine affects both.
    case took(Int, baseline: Int)
    /// The method did not build, did not run or computed something else.
    case failed
  }

  package let problem: ConvolutionProblem
  package let method: BlockedMethod
  package let outcome: Outcome

  package init(problem: ConvolutionProblem, method: BlockedMethod, outcome: Outcome) {
    self.problem = problem
    self.method = method
    self.outcome = outcome
  }
}

extension TuningRecord: JournalRecord {
  private enum Key: String, CodingKey {
    case inChannels, outChannels, kernel, dilation, batch, height, width, method, outcome, nanoseconds, baseline
  }

  /// The outcomes without their times.
  private enum OutcomeName: String, Codable { case begun, took, failed }

  package func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Key.self)
    let output = problem.output
    let numbers: [(Key, Int)] = [
      (.inChannels, problem.inChannels), (.outChannels, output.channels), (.kernel, problem.kernel),
      (.dilation, problem.dilation), (.batch, output.batch), (.height, output.height), (.width, output.width),
    ]
    for (key, number) in numbers { try fields.encode(number, forKey: key) }
    try fields.encode(StoredMethod(method), forKey: .method)
    switch outcome {
    case .begun: try fields.encode(OutcomeName.begun, forKey: .outcome)
    case .failed: try fields.encode(OutcomeName.failed, forKey: .outcome)
    case .took(let nanoseconds, let baseline):
      try fields.encode(OutcomeName.took, forKey: .outcome)
      try fields.encode(nanoseconds, forKey: .nanoseconds)
      try fields.encode(baseline, forKey: .baseline)
    }
  }

  /// - Throws: `DecodingError` if a number is not positive or no kernel has the method's constants.
  package init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Key.self)
    func number(_ key: Key) throws -> Int {
      let number = try fields.decode(Int.self, forKey: key)
      guard number > 0 else {
        throw DecodingError.dataCorruptedError(forKey: key, in: fields, debugDescription: "not positive")
      }
      return number
    }
    problem = ConvolutionProblem(
      inChannels: try number(.inChannels),
      output: Shape(
        batch: try number(.batch), channels: try number(.outChannels), height: try number(.height),
        width: try number(.width)),
      kernel: try number(.kernel), dilation: try number(.dilation))
    guard let method = try fields.decode(StoredMethod.self, forKey: .method).method else {
      throw DecodingError.dataCorruptedError(forKey: .method, in: fields, debugDescription: "no kernel's constants")
    }
    self.method = method
    outcome =
      switch try fields.decode(OutcomeName.self, forKey: .outcome) {
      case .begun: .begun
      case .failed: .failed
      case .took: .took(try number(.nanoseconds), baseline: try number(.baseline))
      }
  }
}

/// A method in a form that can be stored: its name and the constants of its kernel.
private struct StoredMethod: Codable {
  enum Name: String, Codable { case direct, fused, nonfused, subgroup, gemm }

  let name: Name
  let constants: [Int]

  init(_ method: BlockedMethod) {
    (name, constants) =
      switch method {
      case .direct(let tile, let rows): (.direct, [tile, rows])
      case .winogradFused(let tiles): (.fused, [tiles])
      case .winogradNonfused(let tiles): (.nonfused, [tiles])
      case .subgroup(let tile): (.subgroup, [tile.pixels, tile.outputs, tile.splitK])
      case .implicitGEMM(let gemm): (.gemm, gemm.numbers)
      }
  }

  /// Nil if no kernel has these constants.
  var method: BlockedMethod? {
    if name == .gemm { return ImplicitGEMM(numbers: constants).map { .implicitGEMM($0) } }
    guard constants.allSatisfy({ (1...64).contains($0) }) else { return nil }
    switch (name, constants.count) {
    case (.direct, 2): return .direct(tile: constants[0], rows: constants[1])
    case (.fused, 1): return .winogradFused(tiles: constants[0])
    case (.nonfused, 1): return .winogradNonfused(tiles: constants[0])
    case (.subgroup, 3):
      return SubgroupConvolution(pixels: constants[0], outputs: constants[1], splitK: constants[2])
        .map { .subgroup($0) }
    default: return nil
    }
  }
}

extension BlockedMethod {
  /// The method and its constants for reports, such as `direct 20 4`.
  package var text: String {
    let stored = StoredMethod(self)
    return ([stored.name.rawValue] + stored.constants.map(String.init)).joined(separator: " ")
  }
}
