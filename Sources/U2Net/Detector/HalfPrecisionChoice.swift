import Engine
import Networks
import OpenCL
import Tensors

/// Which blocks of a model must be float32 so that the others may be stored as halves, by what that does to its maps on a
/// picture made for it.
struct HalfPrecisionChoice {
  /// What halves everywhere cost.
  let loss: HalfPrecisionLoss
  /// The names of the blocks, mostly none; nil where too many would be left.
  let singleBlocks: Set<String>?

  /// How many blocks may be float32: with more of them little is gained.
  static let mostBlocks = 3

  /// What an earlier process found of a model at a size, or what trying finds now.
  static func known(of model: Model, at size: Size, in session: DeviceSession) throws -> HalfPrecisionChoice {
    var journal = session.journal(of: "half", model.identity, "\(size)")
    if let known = journal.lines.last.flatMap(HalfPrecisionChoice.init(record:)) { return known }
    let choice = try HalfPrecisionChoice(trying: model, at: size, in: session)
    journal.append(choice.record)
    return choice
  }

  /// One line: the loss, and the blocks or `single`.
  private var record: String {
    let blocks = singleBlocks.map { $0.isEmpty ? "half" : $0.sorted().joined(separator: ",") } ?? "single"
    return "\(loss.max) \(loss.mean) \(blocks)"
  }

  private init?(record: String) {
    let words = record.split(separator: " ").map(String.init)
    guard words.count == 3, let max = Double(words[0]), let mean = Double(words[1]) else { return nil }
    loss = HalfPrecisionLoss(max: max, mean: mean)
    switch words[2] {
    case "half": singleBlocks = []
    case "single": singleBlocks = nil
    default: singleBlocks = Set(words[2].split(separator: ",").map(String.init))
    }
  }

  /// Runs a model both ways on one picture of a size; where halves everywhere cost too much, block by block: the one that
  /// helps the most, then the next beside it.
  init(trying model: Model, at size: Size, in session: DeviceSession) throws {
    let shape = Shape(channels: 3, height: size.height, width: size.width)
    let graph = try model.network.graph(for: shape)
    let picture = Self.picture(shape)
    func maps(_ precision: Precision, caches blocks: Set<String> = []) throws -> [Tensor] {
      let executor = try Executor(
        graph: graph, parameters: model.parameters, session: session, precision: precision, singleBlocks: blocks)
      return graph.maps(try executor.run(picture)).map { Tensor(shape: $0.values.shape, values: $0.probabilities) }
    }
    let single = try maps(.float32)
    loss = HalfPrecisionLoss(comparing: try maps(.float16), with: single)
    var (kept, best): (Set<String>, HalfPrecisionLoss) = ([], loss)
    while !best.isTolerable, kept.count < Self.mostBlocks {
      let tried = try Set(graph.nodes.map(\.block)).subtracting(kept).sorted().map { block in
        (
          block: block,
          loss: HalfPrecisionLoss(comparing: try maps(.float16, caches: kept.union([block])), with: single)
        )
      }
      guard let next = tried.min(by: { $0.loss.excess < $1.loss.excess }) else { break }
      kept.insert(next.block)
      best = next.loss
    }
    singleBlocks = best.isTolerable ? kept : nil
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
