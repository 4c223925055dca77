import Engine
import Networks
import OpenCL
import Tensors

extension CompiledNetwork {
  /// An executor of the precision that is asked for, and what its user should know.
  static func executor(
    of model: Model, _ graph: Graph, in session: DeviceSession, _ options: CompilationOptions
  ) throws -> (Executor, notes: [String]) {
    func executor(_ precision: Precision, caches blocks: Set<String> = []) throws -> Executor {
      try Executor(
        graph: graph, parameters: model.parameters, session: session, options: options.plan, precision: precision,
        singleBlocks: blocks)
    }
    switch options.precision {
    case .auto where session.device.kind == .gpu:
      let half = try executor(.float16)
      guard half.precision == .float16 else { return (half, half.notes) }
      let choice = try HalfPrecisionChoice.known(of: model, at: graph.inputShape.size, in: session)
      guard let blocks = choice.singleBlocks else {
        let single = try executor(.float32)
        return (single, single.notes + ["\(choice.loss); using single precision"])
      }
      if blocks.isEmpty { return (half, half.notes) }
      let mixed = try executor(.float16, caches: blocks)
      let names = blocks.sorted().joined(separator: ", ")
      return (mixed, mixed.notes + ["\(choice.loss); using single precision for \(names)"])
    case .auto, .fp32:
      let single = try executor(.float32)
      return (single, single.notes)
    case .fp16:
      let half = try executor(.float16)
      let isSlow = session.device.kind == .cpu
      if half.precision == .float16 {
        return (half, half.notes + (isSlow ? ["half precision is for GPUs; \(session.device.name) is slow in it"] : []))
      }
      return (half, half.notes + ["\(session.device.name) has no half precision that works; using single precision"])
    }
  }
}

/// How far maps in half precision lie from those in single precision, on a picture made for it.
struct HalfPrecisionLoss: CustomStringConvertible {
  /// The largest difference of two pixels of a map.
  let max: Double
  /// The largest mean difference of a map.
  let mean: Double

  /// What half storage may cost a map: a few roundings by 2⁻¹¹ in every layer, which the sigmoid flattens.
  static let tolerance = (max: 2e-2, mean: 1e-3)

  /// The greater of both, as a part of what is tolerated.
  var excess: Double { Swift.max(max / Self.tolerance.max, mean / Self.tolerance.mean) }

  var isTolerable: Bool { excess <= 1 }

  var description: String { "half precision changes the maps by up to \(Float(max)), \(Float(mean)) on average" }

  init(max: Double, mean: Double) {
    self.max = max
    self.mean = mean
  }

  init(comparing half: [Tensor], with single: [Tensor]) {
    let differences = zip(half, single).map { zip($0.values, $1.values).map { abs(Double($0) - Double($1)) } }
    func worst(_ values: [Double]) -> Double { values.contains { $0.isNaN } ? .infinity : values.max() ?? 0 }
    max = worst(differences.map(worst))
    mean = worst(differences.map { $0.reduce(0, +) / Double(Swift.max(1, $0.count)) })
  }
}
