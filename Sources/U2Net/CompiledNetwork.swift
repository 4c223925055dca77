import Engine
import Networks
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

  init(_ model: Model, for input: Shape, in session: DeviceSession?) throws {
    graph = try model.network.graph(for: input)
    if let session {
      executable = .openCL(try Executor(graph: graph, parameters: model.parameters, session: session))
    } else {
      executable = .reference(try ReferenceExecutor(graph: graph, parameters: model.parameters))
    }
  }

  /// The graph's outputs, in its order.
  func run(_ input: Tensor) throws -> [Tensor] {
    switch executable {
    case .openCL(let executor): try executor.run(input)
    case .reference(let executor): try executor.run(input)
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
