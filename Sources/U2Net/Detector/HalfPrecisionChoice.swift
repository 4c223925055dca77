import Engine
import Networks
import OpenCL
import Tensors

/// Which blocks of a model stay in single precision when the others are stored as halves, decided by how the maps of a
/// synthetic picture change.
struct HalfPrecisionChoice {
  /// The loss with every block in half precision.
  let loss: HalfPrecisionLoss
  /// The names of the blocks in single precision, mostly none; nil if there would be too many of them.
  let singleBlocks: Set<String>?

  /// The largest number of blocks in single precision; with more of them half precision gains little.
  private static let mostBlocks = 3

  /// The choice for a model at an input size: the one that an earlier process recorded, or else a new one.
  static func known(of model: Model, at size: Size, in session: DeviceSession) throws -> HalfPrecisionChoice {
    var journal = session.journal(of: "half 2", model.identity, "\(size)")
    if let known = journal.last(Record.self) { return HalfPrecisionChoice(known) }
    let choice = try HalfPrecisionChoice(trying: model, at: size, in: session)
    journal.append(choice.record)
    return choice
  }

  /// What is kept for later processes.
  private struct Record: JournalRecord {
    let maximumLoss: Double
    let meanLoss: Double
    let singleBlocks: Set<String>?
  }

  private var record: Record { Record(maximumLoss: loss.max, meanLoss: loss.mean, singleBlocks: singleBlocks) }

  private init(_ record: Record) {
    loss = HalfPrecisionLoss(max: record.maximumLoss, mean: record.meanLoss)
    singleBlocks = record.singleBlocks
  }

  /// Runs a model in both precisions on one picture. If half precision everywhere costs too much, the block that helps
  /// the most goes back to single precision, then the next one beside it.
  init(trying model: Model, at size: Size, in session: DeviceSession) throws {
    let shape = Shape(channels: 3, height: size.height, width: size.width)
    let graph = try model.network.graph(for: shape)
    let picture = Self.picture(shape)
    func maps(_ precision: Precision, single blocks: Set<String> = []) throws -> [Tensor] {
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
          loss: HalfPrecisionLoss(comparing: try maps(.float16, single: kept.union([block])), with: single)
        )
      }
      guard let next = tried.min(by: { $0.loss.excess < $1.loss.excess }) else { break }
      kept.insert(next.block)
      best = next.loss
    }
    singleBlocks = best.isTolerable ? kept : nil
  }

  /// A bright disc in front of a textured slope, normalized as pictures are: its values lie between −2 and 2.
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
