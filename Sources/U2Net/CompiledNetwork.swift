import Engine
import FoundationEssentials
import Networks
import OpenCL
import Reference
import Tensors

/// A model compiled for one device and one input size.
struct CompiledNetwork {
  private enum Executable {
    case openCL(Executor)
    case reference(ReferenceExecutor)
  }

  private let executable: Executable
  let graph: Graph
  /// What the user should know of how it was compiled, each in one line.
  let notes: [String]

  init(_ model: Model, for input: Shape, in session: DeviceSession?, precision: PrecisionRequest) throws {
    (graph, executable, notes) = try Model.naming(model.origin) {
      let graph = try model.network.graph(for: input)
      if let session {
        let (executor, notes) = try Self.executor(of: model, graph, in: session, precision)
        return (graph, .openCL(executor), notes)
      }
      try Self.checkHostMemory(for: graph)
      let reference = try ReferenceExecutor(graph: graph, parameters: model.parameters)
      return (
        graph, .reference(reference), precision == .fp16 ? ["the CPU reference computes in single precision"] : []
      )
    }
  }

  /// How activations and weights are stored.
  var precision: Precision {
    switch executable {
    case .openCL(let executor): executor.precision
    case .reference: .float32
    }
  }

  /// Refuses what this machine's memory cannot hold: the system would end the program without a word.
  private static func checkHostMemory(for graph: Graph) throws(Failure) {
    let needed = graph.peakActivationBytes
    let available = ProcessInfo.processInfo.physicalMemory
    guard needed > available else { return }
    throw Failure(
      .device,
      """
      an input of shape \(graph.inputShape) takes \(needed >> 30) GiB on the CPU reference, this machine has \
      \(available >> 30) GiB; use a smaller size or batch
      """)
  }

  /// The graph's outputs, in its order.
  func run(_ input: Tensor) throws -> [Tensor] {
    switch executable {
    case .openCL(let executor): try executor.run(input)
    case .reference(let executor): try executor.run(input)
    }
  }

  /// How long each launch of a run takes; nil for the reference, which has none.
  func profile(_ input: Tensor) throws -> [LaunchTiming]? {
    switch executable {
    case .openCL(let executor): try executor.profile(input)
    case .reference: nil
    }
  }

  /// Device memory, where the device has its own account of it.
  var memory: Executor.MemoryUse? {
    switch executable {
    case .openCL(let executor): executor.memory
    case .reference: nil
    }
  }
}

extension Graph {
  /// The most that float32 activations take at one time when each is dropped after its last use, in bytes.
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
