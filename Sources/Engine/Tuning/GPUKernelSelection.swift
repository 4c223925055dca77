import Networks
package import OpenCL
package import Tensors

/// Finds the fastest of the kernels on blocks that a GPU computes correctly: each is built, run and compared with the
/// portable kernels. Lists of extensions are not asked: they promise what drivers lack, and lack what drivers have.
package struct GPUKernelSelection {
  let session: DeviceSession
  let precision: Precision

  package init(session: DeviceSession, precision: Precision) {
    self.session = session
    self.precision = precision
  }

  /// What came of trying.
  package struct Result: Sendable {
    /// The fastest candidate that is right; nil where none is, so that the portable kernels must do.
    package var fastest: GPUTuning?
    /// What users should know, such as kernels that compute something else on this device, each in one line.
    package var notes: [String]

    init(fastest: GPUTuning?, notes: [String]) {
      self.fastest = fastest
      self.notes = notes
    }

    /// What a journal holds behind the last candidate's end; nil where it does not come to a result.
    init?(_ lines: [String], _ candidates: [GPUTuning]) {
      guard let words = lines.last?.split(separator: " "), words.first == "fastest", words.count == 2 else {
        return nil
      }
      let index = Int(words[1])
      guard let index else {
        guard words[1] == "none" else { return nil }
        self.init(fastest: nil, notes: Self.notes(lines))
        return
      }
      guard candidates.indices.contains(index) else { return nil }
      self.init(fastest: candidates[index], notes: Self.notes(lines))
    }

    private static func notes(_ lines: [String]) -> [String] {
      lines.filter { $0.hasPrefix("note ") }.map { String($0.dropFirst(5)) }
    }

    func lines(_ candidates: [GPUTuning]) -> [String] {
      let index = fastest.flatMap { candidates.firstIndex(of: $0) }
      return notes.map { "note \($0)" } + ["fastest \(index.map(String.init) ?? "none")"]
    }
  }

  /// Tries every candidate, or takes what an earlier process found; a candidate over which one ended is left alone.
  package func result() throws -> Result {
    var journal = session.journal(of: "trial", precision.rawValue)
    let candidates = try candidates + withSubgroups(&journal)
    if let known = Result(journal.lines, candidates) { return known }
    var notes: [String] = []
    var right: [GPUTuning] = []
    for (index, candidate) in candidates.enumerated() where candidate.subgroups == nil || candidate.prefersSubgroups {
      if journal.lines.contains("begun \(index)"), !journal.lines.contains("ended \(index)") {
        notes.append("\(candidate) ended an earlier process on \(session.device.name); it is not used")
        continue
      }
      try session.beginTrial("\(candidate)")
      journal.append("begun \(index)")
      // The plain kernels are tried one by one when a plan uses them, so that one that fails does not cost the others.
      if try candidate.isPlain || isRight(candidate, &notes) { right.append(candidate) }
      journal.append("ended \(index)")
    }
    let result = Result(fastest: try fastest(of: right), notes: notes)
    for line in result.lines(candidates) { journal.append(line) }
    return result
  }

  /// Whether a process ended over a candidate.
  static func isOpen(_ journal: DeviceJournal) -> Bool {
    let begun = journal.lines.compactMap { $0.hasPrefix("begun ") ? $0.dropFirst(6) : nil }
    return begun.contains { !journal.lines.contains("ended \($0)") }
  }

  /// From the most to the least that is asked of a device.
  package var candidates: [GPUTuning] {
    let plain = GPUTuning(for: session.device, precision: precision)
    // Some compilers write to standard error what they do not understand: only NVIDIA's is shown its instructions.
    guard session.device.vendor.lowercased().contains("nvidia") else { return [plain] }
    return tensorCores + [plain]
  }

  /// Those with NVIDIA's instructions.
  package var tensorCores: [GPUTuning] {
    switch precision {
    case .float16: [nvidia(.tensorHalfK16, .async), nvidia(.tensorHalfK8, .registers)]
    case .float32: [nvidia(.tensorTF32x3, .async), nvidia(.fma, .async)]
    case .bfloat16: []
    }
  }

  private func nvidia(_ product: MultiplyMethod, _ copy: LocalMemoryCopy) -> GPUTuning {
    var gpu = GPUTuning(for: session.device, precision: precision)
    gpu.products = [product]
    gpu.copy = copy
    gpu.stages = copy == .async ? 3 : 2
    gpu.usesPTX = true
    return gpu
  }

  /// What becomes of a candidate.
  package enum Outcome: Hashable, Sendable {
    /// It computes what the portable kernels compute.
    case right
    /// It computes something else, by so much of the largest value.
    case wrong(by: Float)
    /// The device's compiler does not take it, and why.
    case notBuilt(String)
    /// The device fails with it.
    case failed(CLError)
  }

  /// Whether a candidate builds and computes what the portable kernels compute. That it does not build is a matter of the
  /// device's age; that it computes something else is worth a note.
  package func isRight(_ gpu: GPUTuning, _ notes: inout [String]) throws -> Bool {
    switch try outcome(of: gpu) {
    case .right: return true
    case .wrong(let difference):
      notes.append("\(session.device.name) computes \(gpu) wrongly (by \(difference)); it is not used")
    case .notBuilt: break
    case .failed(let error):
      notes.append("\(session.device.name) fails with \(gpu) (\(error)); it is not used")
    }
    return false
  }

  /// Builds a candidate, runs it and compares it with the portable kernels.
  package func outcome(of gpu: GPUTuning) throws -> Outcome {
    let graph = try Self.graph(on: Shape(batch: 2, channels: 3, height: 11, width: 21), channels: 48)
    var tuning = KernelTuning(for: session.device)
    tuning.gpu = gpu
    do {
      let difference = try session.differenceFromPortable(of: graph, tuning)
      return difference <= precision.trialTolerance ? .right : .wrong(by: difference)
    } catch let error as CLBuildError {
      return .notBuilt(error.log)
    } catch let error as SubgroupSizeError {
      return .notBuilt("\(error)")
    } catch let error as CLError {
      return .failed(error)
    }
  }

  /// The candidate that takes the least time for a convolution of the usual kind. Sub-groups that are right but slower
  /// there, or whose size the compiler chooses for each kernel anew, are left to tuners.
  private func fastest(of candidates: [GPUTuning]) throws -> GPUTuning? {
    let subgroups = candidates.compactMap(\.subgroups).first
    let fastest = try measured(candidates.filter { $0.subgroups?.isRequired ?? true })
    guard var fastest, fastest.products == [.fma], !fastest.usesPTX else { return fastest }
    fastest.subgroups = subgroups
    return fastest
  }

  private func measured(_ candidates: [GPUTuning]) throws -> GPUTuning? {
    guard candidates.count > 1 else { return candidates.first }
    return try seconds(of: candidates).min { $0.seconds < $1.seconds }?.gpu
  }

  /// The times that candidates take for a convolution of the usual kind: 128 channels to 128, 80×80.
  package func seconds(of candidates: [GPUTuning]) throws -> [(gpu: GPUTuning, seconds: Double)] {
    let graph = try Self.graph(on: Shape(channels: 3, height: 80, width: 80), channels: 128)
    let input = SeededParameters.input(shape: graph.inputShape)
    return try candidates.map { gpu in
      var tuning = KernelTuning(for: session.device)
      tuning.gpu = gpu
      let executor = try executor(graph, tuning)
      let seconds = try (0..<4).map { _ in
        try executor.profile(input).filter { $0.label == Self.timed }.reduce(0) { $0 + $1.times.duration }
      }
      return (gpu, seconds.min() ?? .infinity)
    }
  }

  /// A network whose convolutions between blocks have every kind of epilogue, with the one that is timed.
  private static func graph(on shape: Shape, channels: Int) throws -> Graph {
    var builder = try GraphBuilder(input: shape)
    func convolution(_ name: String, _ channels: Int, dilation: Int = 1) -> Operation {
      .convolution(Convolution(weight: name, bias: "\(name).bias", outChannels: channels, dilation: dilation))
    }
    let first = try builder.add(convolution("first", channels), to: [builder.input], name: "first")
    let sums = try builder.add(convolution("second", channels, dilation: 2), to: [first], name: "second")
    let relu = try builder.add(.relu, to: [sums], name: "relu")
    let thirdSums = try builder.add(convolution("third", channels), to: [relu], name: "third")
    let thirdReLU = try builder.add(.relu, to: [thirdSums], name: "third.relu")
    let added = try builder.add(.add, to: [thirdReLU, first], name: timed)
    let last = try builder.add(convolution("last", 2), to: [added], name: "last")
    return builder.finish(outputs: [("last", last)])
  }

  private static let timed = "third.add"

  private func executor(_ graph: Graph, _ tuning: KernelTuning) throws -> Executor {
    try Executor(
      graph: graph, parameters: SeededParameters(for: graph), session: session, options: PlanOptions(), tuning: tuning)
  }
}

extension GPUTuning {
  /// Whether the kernels are what any device may run.
  fileprivate var isPlain: Bool { products == [.fma] && !usesPTX && !prefersSubgroups }
}
