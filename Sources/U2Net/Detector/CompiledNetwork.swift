import Engine
import FoundationEssentials
import Pictures
import Networks
import OpenCL
import Reference
import Tensors

/// A model compiled for one device, one input size and the maps that are wanted.
struct CompiledNetwork {
  private enum Executable {
    case openCL(Executor)
    case reference(ReferenceExecutor)
  }

  private let executable: Executable
  /// The device it was compiled for; nil for the reference.
  let session: DeviceSession?
  let graph: Graph
  /// Whether every program came from the cache; nil where none was asked.
  let cacheHit: Bool?

  /// What the user should know of how it was compiled, each in one line.
  let notes: [String]

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

  /// Sends at most as many pictures as a batch has on their way, and returns at once where the network runs on an OpenCL
  /// device; what is returned waits for the graph's outputs, in its order. What is left of the batch is zeros.
  func begin(_ pictures: [Picture], _ preprocessing: Preprocessing) throws -> () throws -> [Tensor] {
    switch executable {
    case .openCL(let executor):
      let pending = try executor.begin { preprocessing.fill($0, from: pictures) }
      return { try pending.outputs() }
    case .reference(let executor):
      let input = Tensor(shape: graph.inputShape) { preprocessing.fill($0, from: pictures) }
      return { try executor.run(input) }
    }
  }

  /// Runs as `run` does and takes the time of each part; the device is waited for before every stop of the watch.
  func run(_ input: Tensor, timedBy watch: Stopwatch) throws -> [Tensor] {
    switch executable {
    case .openCL(let executor):
      try watch.time(.upload) {
        try executor.upload(input)
        try executor.finish()
      }
      try watch.time(.compute) {
        try watch.time(.enqueue) { try executor.enqueue() }
        try executor.finish()
      }
      return try watch.time(.download) { try executor.download() }
    case .reference(let executor):
      return try watch.time(.compute) { try executor.run(input) }
    }
  }

  /// Runs once with the times of every launch; none on the reference.
  func trace(_ input: Tensor, timedBy watch: Stopwatch) throws -> (outputs: [Tensor], launches: [LaunchTiming]) {
    guard let executor else { return (try run(input, timedBy: watch), []) }
    try watch.time(.upload) {
      try executor.upload(input)
      try executor.finish()
    }
    let launches = try watch.time(.compute) {
      let start = watch.clock.now
      return try executor.traceCompute { watch.note(.enqueue, since: start) }
    }
    return (try watch.time(.download) { try executor.download() }, launches)
  }

  /// What runs it on an OpenCL device; nil for the reference.
  var executor: Executor? {
    switch executable {
    case .openCL(let executor): executor
    case .reference: nil
    }
  }

  /// How long each launch of a run takes; nil for the reference, which has none.
  func profile(_ input: Tensor) throws -> [LaunchTiming]? { try executor?.profile(input) }

  /// How activations and weights are stored.
  var precision: Precision { executor?.precision ?? .float32 }

  /// Device memory, where the device has its own account of it.
  var memory: Executor.MemoryUse? { executor?.memory }
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
