import Networks
package import OpenCL
package import Tensors

/// Finds the fastest kernels on blocks that a GPU computes correctly. Each candidate is built, run and compared with
/// the portable kernels. Lists of extensions are not consulted: drivers lack things that they list, and have things
/// that they do not list.
package struct GPUKernelSelection {
  let session: DeviceSession
  let precision: Precision

  package init(session: DeviceSession, precision: Precision) {
    self.session = session
    self.precision = precision
  }

  /// The result of a selection.
  package struct Result: Sendable {
    /// The fastest candidate that is right; nil if none is, so that portable kernels are used.
    package var fastest: GPUTuning?
    /// Notes for users, each of one line, such as which kernels compute something else on this device.
    package var notes: [String]

    init(fastest: GPUTuning?, notes: [String]) {
      self.fastest = fastest
      self.notes = notes
    }

    /// The result of an earlier process; nil if its selection was not finished.
    init?(_ records: [GPUSelectionRecord], _ candidates: [GPUTuning]) {
      guard case .fastest(let index) = records.last else { return nil }
      if let index, !candidates.indices.contains(index) { return nil }
      fastest = index.map { candidates[$0] }
      notes = records.compactMap { if case .note(let text) = $0 { text } else { nil } }
    }

    /// What the journal keeps of the result.
    func records(_ candidates: [GPUTuning]) -> [GPUSelectionRecord] {
      notes.map { .note(text: $0) }
        + [.fastest(candidate: fastest.flatMap { candidates.firstIndex(of: $0) })]
    }
  }

  /// Tries every candidate, or returns what an earlier process found. A candidate that ended a process is left out.
  package func result() throws -> Result {
    var journal = session.journal(of: "trial", precision.rawValue)
    let candidates = try candidates + withSubgroups(&journal)
    let known: [GPUSelectionRecord] = journal.records()
    if let result = Result(known, candidates) { return result }
    let open = GPUSelectionRecord.open(known)
    var notes: [String] = []
    var right: [GPUTuning] = []
    for (index, candidate) in candidates.enumerated() where candidate.subgroups == nil || candidate.prefersSubgroups {
      if open.contains(index) {
        notes.append("\(candidate) ended an earlier process on \(session.device.name); it is not used")
        continue
      }
      try session.beginTrial("\(candidate)")
      journal.append(GPUSelectionRecord.begun(candidate: index))
      // The plain kernels are tried one by one when a plan uses them, so that one that fails does not cost the others.
      if try candidate.isPlain || isRight(candidate, &notes) { right.append(candidate) }
      journal.append(GPUSelectionRecord.ended(candidate: index))
    }
    let result = Result(fastest: try fastest(of: right), notes: notes)
    for record in result.records(candidates) { journal.append(record) }
    return result
  }

  /// Whether a candidate ended the process that tried it.
  static func isOpen(_ journal: DeviceJournal) -> Bool { !GPUSelectionRecord.open(journal.records()).isEmpty }

  /// The candidates, from those that need the most of a device to those that need the least.
  package var candidates: [GPUTuning] {
    let plain = GPUTuning(for: session.device, precision: precision)
    // Some compilers write what they do not understand to standard error, so only NVIDIA's is given its instructions.
    guard session.device.vendor.lowercased().contains("nvidia") else { return [plain] }
    return tensorCores + [plain]
  }

  /// The candidates with NVIDIA's instructions.
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
}

/// A line of the journal of a selection. Candidates are identified by their index.
enum GPUSelectionRecord: Hashable, Sendable, JournalRecord {
  /// The trial of a candidate has begun. If its end does not follow, the candidate ended the process.
  case begun(candidate: Int)
  /// The trial of a candidate has ended, whatever its outcome.
  case ended(candidate: Int)
  /// The size of sub-groups that the compiler chooses; nil if that is not known.
  case lanes(count: Int?)
  /// A note for users.
  case note(text: String)
  /// The result: the fastest candidate that is right, or nil if none is.
  case fastest(candidate: Int?)

  /// The candidates whose trials have begun and not ended.
  static func open(_ records: [GPUSelectionRecord]) -> Set<Int> {
    var open: Set<Int> = []
    for record in records {
      switch record {
      case .begun(let candidate): open.insert(candidate)
      case .ended(let candidate): open.remove(candidate)
      case .lanes, .note, .fastest: break
      }
    }
    return open
  }
}

// Trials and timings.
extension GPUKernelSelection {
  /// The outcome of a candidate's trial.
  package enum Outcome: Hashable, Sendable {
    /// The candidate computes what the portable kernels compute.
    case right
    /// The candidate computes something else; the difference is relative to the largest value.
    case wrong(by: Float)
    /// The device's compiler rejects the kernels, with its log.
    case notBuilt(String)
    /// The device fails.
    case failed(CLError)
  }

  /// Whether a candidate builds and computes what the portable kernels compute.
  ///
  /// - Parameter notes: receives a note if the candidate computes something else or fails. That it does not build is to
  ///   be expected of older devices.
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
    let graph = try ProbeGraph.epilogues(on: Shape(batch: 2, channels: 3, height: 11, width: 21), channels: 48)
    do {
      let difference = try session.differenceFromPortable(of: graph, tuning(gpu))
      return difference <= precision.trialTolerance ? .right : .wrong(by: difference)
    } catch let error as CLBuildError {
      return .notBuilt(error.log)
    } catch let error as SubgroupSizeError {
      return .notBuilt("\(error)")
    } catch let error as CLError {
      return .failed(error)
    }
  }

  /// The candidate that computes a typical convolution fastest. Sub-groups that are right but slower there, or whose
  /// size the compiler chooses for each kernel, are left to tuners.
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

  /// The times in seconds that candidates take for a typical convolution: 128 channels to 128, 80×80.
  package func seconds(of candidates: [GPUTuning]) throws -> [(gpu: GPUTuning, seconds: Double)] {
    let graph = try ProbeGraph.epilogues(on: Shape(channels: 3, height: 80, width: 80), channels: 128)
    let input = SeededParameters.input(shape: graph.inputShape)
    return try candidates.map { gpu in
      let executor = try session.probe(graph, tuning(gpu))
      let seconds = try (0..<4).map { _ in
        try executor.profile(input).filter { $0.label == ProbeGraph.timed }.reduce(0) { $0 + $1.times.duration }
      }
      return (gpu, seconds.min() ?? .infinity)
    }
  }

  private func tuning(_ gpu: GPUTuning) -> KernelTuning {
    var tuning = KernelTuning(for: session.device)
    tuning.gpu = gpu
    return tuning
  }
}

extension GPUTuning {
  /// Whether any device may run the kernels.
  fileprivate var isPlain: Bool { products == [.fma] && !usesPTX && !prefersSubgroups }
}
