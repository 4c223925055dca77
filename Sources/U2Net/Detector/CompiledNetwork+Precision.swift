import Engine
import Networks
import OpenCL
import Tensors

extension CompiledNetwork {
  /// An executor with the requested precision, and what the user should know about the choice.
  static func executor(
    of model: Model, _ graph: Graph, in session: DeviceSession, _ options: CompilationOptions
  ) throws -> (Executor, notes: [String]) {
    func executor(_ precision: Precision, single blocks: Set<String> = []) throws -> Executor {
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
      let mixed = try executor(.float16, single: blocks)
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

/// How far the maps in half precision differ from those in single precision, on a synthetic picture.
package struct HalfPrecisionLoss: CustomStringConvertible {
  /// The largest difference between two pixels, on the scale 0 … 1.
  let max: Double
  /// The largest mean difference of any map.
  let mean: Double

  /// The differences that are accepted: a few roundings by 2⁻¹¹ in every layer, flattened by the sigmoid.
  package static let tolerance = (max: 2e-2, mean: 1e-3)

  /// The greater of the two differences relative to its tolerance; more than 1 is not accepted.
  var excess: Double { Swift.max(max / Self.tolerance.max, mean / Self.tolerance.mean) }

  var isTolerable: Bool { excess <= 1 }

  package var description: String {
    "half precision changes the maps by up to \(Float(max)), \(Float(mean)) on average"
  }

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
