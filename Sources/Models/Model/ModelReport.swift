import Checkpoints
import Pictures
import Networks
import Tensors

/// A description of a model: everything that is known without running it.
public struct ModelReport: Sendable, Codable {
  /// The version of this report's format.
  public var schema = 1
  /// The name of the model, such as `u2netp`.
  public let name: String
  /// The file that the model was loaded from; the name of the model if there is none.
  public let file: String
  /// The format of the file, such as `safetensors`.
  public let format: String
  /// The size of the file, in bytes.
  public let bytes: Int
  /// The SHA-256 of the file, in hexadecimal.
  public let sha256: String
  /// The name of the architecture, such as `u2net`; nil for a graph that is not a known network.
  public let architecture: String?
  /// Whether the graph of the file runs, rather than the table of the architecture.
  public let isGraph: Bool
  /// The number of trained values, that is, without the statistics of batch norms.
  public let parameters: Int
  /// The number of stored values by their element type, such as `F32`.
  public let storage: [String: Int]
  /// Whether there are batch norms that are not folded into convolutions.
  public let batchNorm: Bool
  /// The multiply-accumulates for one picture at the input's size.
  public let multiplyAccumulates: Int
  /// The height of the input, in pixels.
  public let height: Int
  /// The width of the input, in pixels.
  public let width: Int
  /// The outputs, the main one first.
  public let outputs: [Output]
  /// The means of red, green and blue that are subtracted, on the scale 0 … 1.
  public let mean: [Float]
  /// The standard deviations that red, green and blue are divided by.
  public let std: [Float]
  /// The divisor of samples: `max`, which is the picture's maximum, or `255`.
  public let divideBy: String
  /// What the model is for.
  public let task: ModelTask
  /// The names of the classes, the background first; empty unless the task is `parsing`.
  public let classes: [String]
  /// The metadata of the file.
  public let metadata: [String: String]

  /// An output of the network.
  public struct Output: Sendable, Codable {
    /// The name, such as `d0`.
    public let name: String
    /// The shape, `[batch, channels, height, width]`.
    public let shape: [Int]
    /// Whether the output ends in a sigmoid.
    public let areProbabilities: Bool
  }

  /// Describes a model, and reads its whole file once for the hash.
  ///
  /// - Throws: `Failure` if the graph cannot be built, or if the model was not loaded from a file.
  public init(_ model: Model) throws(Failure) {
    let size = model.inputSize
    let graph = try asFailure {
      try Model.naming(model.origin) {
        try model.network.graph(for: Shape(channels: 3, height: size.height, width: size.width))
      }
    }
    guard let checkpoint = model.parameters as? Checkpoint else {
      throw Failure(.model, "\(model.name) was not loaded from a file; there is nothing to describe")
    }
    name = model.name
    file = model.origin
    format = checkpoint.format.rawValue
    bytes = checkpoint.file.count
    sha256 = checkpoint.file.digest
    isGraph = !(model.network is any NetworkTable)
    architecture = try? model.known().table.name
    parameters = graph.trainedCount
    storage = Dictionary(
      checkpoint.entries.values.map { ("\($0.elementType)", $0.shape.elementCount) }, uniquingKeysWith: +)
    batchNorm = graph.nodes.contains { $0.operation.kind == .batchNorm }
    multiplyAccumulates = graph.multiplyAccumulates
    (height, width) = (size.height, size.width)
    outputs = graph.outputs.map { output in
      let node = graph.nodes[output.node]
      return Output(
        name: output.name, shape: node.shape.dimensions, areProbabilities: node.operation == .sigmoid)
    }
    mean = model.normalization.mean
    std = model.normalization.standardDeviation
    divideBy = model.normalization.scaling.rawValue
    task = model.profile.task
    let channels = outputs.first.map { $0.shape[1] } ?? 0
    classes = task == .parsing ? model.profile.classNames(count: channels) : []
    metadata = checkpoint.metadata
  }
}

extension Graph {
  /// The number of elements of all parameters except the means and variances of batch norms.
  fileprivate var trainedCount: Int {
    let statistics = nodes.reduce(into: Set<String>()) { names, node in
      if case .batchNorm(let norm) = node.operation { names.formUnion([norm.mean, norm.variance]) }
    }
    return parameters.reduce(0) { $0 + (statistics.contains($1.name) ? 0 : $1.shape.elementCount) }
  }
}
