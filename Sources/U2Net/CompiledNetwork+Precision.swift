import Engine
import Networks
import OpenCL
import Tensors

extension CompiledNetwork {
  /// An executor of the precision that is asked for, and what its user should know.
  static func executor(
    of model: Model, _ graph: Graph, in session: DeviceSession, _ request: PrecisionRequest
  ) throws -> (Executor, notes: [String]) {
    func executor(_ precision: Precision) throws -> Executor {
      try Executor(graph: graph, parameters: model.parameters, session: session, precision: precision)
    }
    switch request {
    case .auto where session.device.kind == .gpu:
      let half = try executor(.float16)
      guard half.precision == .float16 else { return (half, half.notes) }
      let loss = try HalfPrecisionLoss.known(of: model, at: graph.inputShape.size, in: session)
      if loss.isTolerable { return (half, half.notes) }
      let single = try executor(.float32)
      return (single, single.notes + ["\(loss); using single precision"])
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

  var isTolerable: Bool { max <= Self.tolerance.max && mean <= Self.tolerance.mean }

  var description: String { "half precision changes the maps by up to \(Float(max)), \(Float(mean)) on average" }

  /// What an earlier process found of a model at a size, or what trying finds now.
  static func known(of model: Model, at size: Size, in session: DeviceSession) throws -> HalfPrecisionLoss {
    var journal = session.journal(of: "half", model.identity, "\(size)")
    let numbers = journal.lines.last?.split(separator: " ").compactMap { Double($0) } ?? []
    if numbers.count == 2 { return HalfPrecisionLoss(max: numbers[0], mean: numbers[1]) }
    let loss = try HalfPrecisionLoss(of: model, at: size, in: session)
    journal.append("\(loss.max) \(loss.mean)")
    return loss
  }

  private init(max: Double, mean: Double) {
    self.max = max
    self.mean = mean
  }

  /// Runs a model both ways on one picture of a size.
  init(of model: Model, at size: Size, in session: DeviceSession) throws {
    let shape = Shape(channels: 3, height: size.height, width: size.width)
    let graph = try model.network.graph(for: shape)
    let picture = Self.picture(shape)
    func maps(_ precision: Precision) throws -> [Tensor] {
      let outputs = try Executor(graph: graph, parameters: model.parameters, session: session, precision: precision)
        .run(picture)
      return graph.maps(outputs).map { Tensor(shape: $0.values.shape, values: $0.probabilities) }
    }
    self.init(comparing: try maps(.float16), with: try maps(.float32))
  }

  init(comparing half: [Tensor], with single: [Tensor]) {
    let differences = zip(half, single).map { zip($0.values, $1.values).map { abs(Double($0) - Double($1)) } }
    func worst(_ values: [Double]) -> Double { values.contains { $0.isNaN } ? .infinity : values.max() ?? 0 }
    max = worst(differences.map(worst))
    mean = worst(differences.map { $0.reduce(0, +) / Double(Swift.max(1, $0.count)) })
  }

  /// A bright disc before a slope with a texture, normalised as pictures are: its values lie between −2 and 2.
  private static func picture(_ shape: Shape) -> Tensor {
    let texture = SeededParameters.input(shape: shape)
    return Tensor(shape: shape) { values in
      for index in values.indices {
        let (x, y) = (index % shape.width, index / shape.width % shape.height)
        let (u, v) = (Float(x) / Float(shape.width) - 0.5, Float(y) / Float(shape.height) - 0.5)
        let scene: Float = u * u + v * v < 0.09 ? 1.5 : u - 0.5
        values[index] = scene + texture.values[index] * 0.1
      }
    }
  }
}
