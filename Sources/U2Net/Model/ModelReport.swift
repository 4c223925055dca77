import Checkpoints
import Pictures
import Networks
import Tensors

/// What a model is: everything that can be told without running it.
public struct ModelReport: Sendable, Codable {
  /// The version of this form.
  public var schema = 1
  /// A name for reports, such as `u2netp`.
  public let name: String
  /// The file it came from; its name where it came from none.
  public let file: String
  /// How the file is written, such as `safetensors`.
  public let format: String
  /// The size of the file.
  public let bytes: Int
  /// SHA-256 of the file, in hexadecimal.
  public let sha256: String
  /// Such as `u2net`; nil for a graph that is none of the known networks.
  public let architecture: String?
  /// Whether it runs node by node as the file has it, and not as the table of its architecture.
  public let isGraph: Bool
  /// How many numbers were trained, and so without the statistics of batch norms.
  public let parameters: Int
  /// How many numbers are stored as what, such as `F32`.
  public let storage: [String: Int]
  /// Whether batch norms are still apart from the convolutions.
  public let batchNorm: Bool
  /// Of one picture at the input's size.
  public let multiplyAccumulates: Int
  /// Rows of the input.
  public let height: Int
  /// Columns of the input.
  public let width: Int
  /// What comes out, the result first.
  public let outputs: [Output]
  /// Subtracted from red, green and blue, in 0 … 1.
  public let mean: [Float]
  /// Red, green and blue are divided by it.
  public let std: [Float]
  /// `max` or `255`: what samples are divided by first.
  public let divideBy: String
  /// What becomes of the result.
  public let task: ModelTask
  /// The names of the classes where the task is `parsing`, the background first.
  public let classes: [String]
  /// What the file says of itself.
  public let metadata: [String: String]

  /// One output.
  public struct Output: Sendable, Codable {
    /// Such as `d0`.
    public let name: String
    /// `[batch, channels, height, width]`.
    public let shape: [Int]
    /// Whether a sigmoid ends it.
    public let areProbabilities: Bool
  }

  /// Reads all of a model's file once, for its hash.
  ///
  /// - Throws: `Failure` where its graph cannot be made.
  public init(_ model: Model) throws(Failure) {
    let size = model.inputSize
    let graph = try asFailure {
      try Model.naming(model.origin) {
        try model.network.graph(for: Shape(channels: 3, height: size.height, width: size.width))
      }
    }
    guard let checkpoint = model.parameters as? Checkpoint else {
      throw Failure(.model, "\(model.name) came from no file: there is nothing to tell")
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
  /// The elements of every parameter but the means and variances of batch norms, which are not trained.
  fileprivate var trainedCount: Int {
    let statistics = nodes.reduce(into: Set<String>()) { names, node in
      if case .batchNorm(let norm) = node.operation { names.formUnion([norm.mean, norm.variance]) }
    }
    return parameters.reduce(0) { $0 + (statistics.contains($1.name) ? 0 : $1.shape.elementCount) }
  }
}
