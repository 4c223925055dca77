package import Engine
import Host
import Pictures
package import Networks
import OpenCL
import Reference
import StageTiming
package import Tensors

/// A model compiled for one device, one input size and the selected maps.
package struct CompiledNetwork {
  private enum Executable {
    case openCL(Executor)
    case reference(ReferenceExecutor)
  }

  private let executable: Executable
  /// The session of the OpenCL device; nil for the reference.
  package let session: DeviceSession?
  /// The graph that is computed.
  package let graph: Graph
  /// Whether every program came from the cache; nil if there is no cache.
  package internal(set) var cacheHit: Bool?
  /// What the user should know about how the model was compiled; one line each.
  package let notes: [String]
  /// What it has cost to compile programs; nil if all of them came from the cache.
  package internal(set) var cost: CompilationCost?

  init(
    _ model: Model, for input: Shape, _ options: CompilationOptions, in session: DeviceSession?
  ) throws {
    self.session = session
    (graph, executable, notes) = try Model.naming(model.origin) {
      let graph = options.maps.applied(to: try model.network.graph(for: input))
      if let session {
        let (executor, notes) = try Self.executor(of: model, graph, in: session, options)
        return (graph, .openCL(executor), notes)
      }
      try Self.checkHostMemory(for: graph)
      let reference = try ReferenceExecutor(graph: graph, parameters: model.parameters)
      return (
        graph, .reference(reference),
        options.precision == .fp16 ? ["the CPU reference computes in single precision"] : []
      )
    }
    cacheHit = session.flatMap { $0.usesCache ? $0.programCounts.built == 0 : nil }
  }

  /// Refuses what this machine's memory cannot hold: the system would end the process without a word.
  private static func checkHostMemory(for graph: Graph) throws(Failure) {
    let needed = graph.peakActivationBytes
    let available = Host.memory
    guard needed > available else { return }
    throw Failure(
      .device,
      """
      an input of shape \(graph.inputShape) takes \(needed >> 30) GiB on the CPU reference, this machine has \
      \(available >> 30) GiB; use a smaller size or batch
      """)
  }

  /// Computes the graph's outputs, in its order.
  package func run(_ input: Tensor) throws -> [Tensor] {
    switch executable {
    case .openCL(let executor): try executor.run(input)
    case .reference(let executor): try executor.run(input)
    }
  }

  /// Sends pictures, at most a batch, and returns at once on an OpenCL device; the reference computes when the outputs
  /// are waited for. The rest of the batch is zeros.
  ///
  /// - Returns: the graph's outputs, in its order.
  func begin(_ pictures: [Picture], _ preprocessing: Preprocessing) throws -> Pending<[Tensor]> {
    switch executable {
    case .openCL(let executor):
      let run = try executor.begin { Self.fill($0, from: pictures, preprocessing) }
      return Pending { try run.outputs() }
    case .reference(let executor):
      let input = Tensor(shape: graph.inputShape) { Self.fill($0, from: pictures, preprocessing) }
      return Pending { try executor.run(input) }
    }
  }

  private static func fill(
    _ values: UnsafeMutableBufferPointer<Float>, from pictures: [Picture], _ preprocessing: Preprocessing
  ) {
    let bytes = pictures.reduce(4 * values.count) { $0 + $1.byteCount }
    Stage.resize.measure(pictures: pictures.count, bytes: { bytes }) { preprocessing.fill(values, from: pictures) }
  }

  /// The executor on an OpenCL device; nil for the reference.
  package var executor: Executor? {
    switch executable {
    case .openCL(let executor): executor
    case .reference: nil
    }
  }

  /// How activations and weights are stored.
  package var precision: Precision { executor?.precision ?? .float32 }

  /// The device memory that is used; nil for the reference.
  package var memory: Executor.MemoryUse? { executor?.memory }
}

extension Graph {
  /// The most memory that float32 activations take at one time, in bytes, if each is freed after its last use.
  package var peakActivationBytes: UInt64 {
    var lastUse = Array(nodes.indices)
    for node in nodes {
      for input in node.inputs { lastUse[input] = node.id }
    }
    for output in outputs { lastUse[output.node] = nodes.count }
    var (live, peak) = (UInt64(0), UInt64(0))
    for node in nodes {
      live += nodes[node.id].byteCount
      peak = max(peak, live)
      for id in Set(node.inputs + [node.id]) where lastUse[id] == node.id { live -= nodes[id].byteCount }
    }
    return peak
  }
}

extension Node {
  fileprivate var byteCount: UInt64 { UInt64(shape.elementCount) * UInt64(MemoryLayout<Float>.stride) }
}
