import Tensors

/// One line of a tuning's journal: what became of one method for one convolution.
package struct TuningRecord: Hashable, Sendable {
  /// What became of a method.
  package enum Outcome: Hashable, Sendable {
    /// It is about to be tried. Where nothing follows, the process ended over it.
    case begun
    /// It computed what it should; its median and that of the default, run in turn with it, in nanoseconds. What slows
    /// a machine down for a while slows both.
    case took(Int, standard: Int)
    /// It did not build or run, or computed something else.
    case failed
  }

  package let problem: ConvolutionProblem
  package let method: BlockedMethod
  package let outcome: Outcome

  /// Such as `64 16 3 1 1 320 320 fused 20 took 2890000 3010000`: channels in and out, kernel, dilation, batch, height, width, the
  /// method and its constants, the outcome.
  package var line: String {
    let output = problem.output
    let numbers = [
      problem.inChannels, output.channels, problem.kernel, problem.dilation, output.batch, output.height, output.width,
    ]
    return "\(numbers.map(String.init).joined(separator: " ")) \(method.text) \(outcome.text)"
  }

  package init(problem: ConvolutionProblem, method: BlockedMethod, outcome: Outcome) {
    self.problem = problem
    self.method = method
    self.outcome = outcome
  }

  /// Nil where the line is of another form.
  package init?(line: String) {
    let fields = line.split(separator: " ")
    let numbers = fields.prefix(7).compactMap { Int($0) }.filter { $0 > 0 }
    guard numbers.count == 7 else { return nil }
    problem = ConvolutionProblem(
      inChannels: numbers[0],
      output: Shape(batch: numbers[4], channels: numbers[1], height: numbers[5], width: numbers[6]),
      kernel: numbers[2], dilation: numbers[3])
    var rest = fields.dropFirst(7)
    guard let method = BlockedMethod(text: &rest), let outcome = Outcome(text: rest) else { return nil }
    self.method = method
    self.outcome = outcome
  }
}

extension TuningRecord.Outcome {
  fileprivate var text: String {
    switch self {
    case .begun: "begun"
    case .took(let nanoseconds, let standard): "took \(nanoseconds) \(standard)"
    case .failed: "failed"
    }
  }

  fileprivate init?(text: ArraySlice<Substring>) {
    let times = text.dropFirst().map { Int($0) ?? 0 }
    switch (text.first, times.count) {
    case ("begun", 0): self = .begun
    case ("failed", 0): self = .failed
    case ("took", 2) where times.allSatisfy { $0 > 0 }: self = .took(times[0], standard: times[1])
    default: return nil
    }
  }
}

extension BlockedMethod {
  /// Such as `direct 20 4`.
  package var text: String {
    switch self {
    case .direct(let tile, let rows): "direct \(tile) \(rows)"
    case .winogradFused(let tiles): "fused \(tiles)"
    case .winogradNonfused(let tiles): "nonfused \(tiles)"
    case .subgroup(let tile): "subgroup \(tile.pixels) \(tile.outputs) \(tile.splits)"
    case .implicitGEMM(let gemm): "gemm \(gemm.numbers.map(String.init).joined(separator: " "))"
    }
  }

  /// Takes what it reads from the front of `text`; nil where that is another form or its constants are no kernel's.
  fileprivate init?(text: inout ArraySlice<Substring>) {
    let name = text.popFirst()
    if name == "gemm" {
      let numbers = text.prefix(ImplicitGEMM.numberCount).compactMap { Int($0) }
      text = text.dropFirst(ImplicitGEMM.numberCount)
      guard let gemm = ImplicitGEMM(numbers: numbers) else { return nil }
      self = .implicitGEMM(gemm)
      return
    }
    func constant() -> Int? { text.popFirst().flatMap { Int($0) }.flatMap { (1...64).contains($0) ? $0 : nil } }
    guard let first = constant() else { return nil }
    switch name {
    case "direct":
      guard let rows = constant() else { return nil }
      self = .direct(tile: first, rows: rows)
    case "fused": self = .winogradFused(tiles: first)
    case "nonfused": self = .winogradNonfused(tiles: first)
    case "subgroup":
      guard let outputs = constant(), let splits = constant(),
        let tile = SubgroupConvolution(pixels: first, outputs: outputs, splits: splits)
      else { return nil }
      self = .subgroup(tile)
    default: return nil
    }
  }
}
