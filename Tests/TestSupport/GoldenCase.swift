import Checkpoints
public import Networks
public import Tensors

/// A network, its weights and an input, with the maps that the authors' PyTorch code computes.
public struct GoldenCase: Sendable, CustomStringConvertible {
  /// The name for messages.
  public let description: String
  /// The most that an element may differ.
  public let tolerance: Float
  /// The most that the mean over a map may differ.
  public let meanTolerance: Double
  private let load: @Sendable () throws -> Content

  /// The contents of a case.
  public struct Content: Sendable {
    /// The network, for the shape of the input.
    public let graph: Graph
    /// The weights.
    public let parameters: any ParameterSource
    /// The input.
    public let input: Tensor
    /// The expected maps, by the number of the output; not every file has every map.
    public let expected: [Int: Tensor]
  }

  /// The five kinds of blocks, with batch norms and odd sizes.
  public static let blocks: [GoldenCase] =
    [
      ("rsu7", RSU(depth: 7, in: 5, mid: 12, out: 20)), ("rsu6", RSU(depth: 6, in: 5, mid: 12, out: 20)),
      ("rsu5", RSU(depth: 5, in: 5, mid: 12, out: 20)), ("rsu4", RSU(depth: 4, in: 5, mid: 12, out: 20)),
      ("rsu4f", .dilated(in: 5, mid: 12, out: 20)),
    ].map { name, block in
      GoldenCase(description: name, tolerance: 1e-4) {
        let golden = try Golden.load("golden/\(name)_in5_mid12_out20_45x61.safetensors")
        let input = try required("input", in: golden)
        var builder = try GraphBuilder(input: input.shape)
        let node = try builder.residualUBlock(block, of: builder.input, prefix: "")
        let graph = builder.finish(outputs: [(name: "output", node: node)])
        return Content(
          graph: graph, parameters: ParameterDictionary(golden), input: input,
          expected: [0: try required("output", in: golden)])
      }
    }

  /// Whole networks: with seeded weights, with weights from both formats of PyTorch, and with the authors' weights.
  public static let networks: [GoldenCase] =
    [
      synthetic("u2netp_75x101", U2NetTable.small()), synthetic("u2net_75x101", U2NetTable.full()),
      synthetic("u2net_4ch_64x96", U2NetTable.full(outChannels: 4)), synthetic("u2net_320x320", U2NetTable.full()),
      synthetic("isnet_75x101", ISNetTable.full()),
    ] + ["u2netp_random.pth", "u2netp_random_legacy.pth"].map(pytorch) + [official]

  /// The same case with another tolerance.
  public func within(_ tolerance: Float) -> GoldenCase {
    GoldenCase(description: description, tolerance: tolerance, meanTolerance: meanTolerance, load: load)
  }

  /// Loads the files.
  public func content() throws -> Content { try load() }

  /// The differences of the outputs of `run`, a sentence each; empty if every map agrees.
  public func complaints(
    about run: (Graph, any ParameterSource, Tensor) throws -> [Tensor]
  ) throws -> [String] {
    let content = try content()
    let outputs = try run(content.graph, content.parameters, content.input)
    guard !content.expected.isEmpty else { return ["\(description) holds no output"] }
    return content.expected.sorted { $0.key < $1.key }.compactMap { index, expected in
      guard outputs.indices.contains(index) else { return "\(description): there is no output \(index)" }
      if let mismatch = outputs[index].mismatch(with: expected, within: tolerance) {
        return "\(description), output \(index): \(mismatch)"
      }
      let mean = outputs[index].meanAbsoluteDifference(to: expected)
      return mean <= meanTolerance ? nil : "\(description), output \(index): mean difference \(mean)"
    }
  }

  private init(
    description: String, tolerance: Float, meanTolerance: Double = .infinity,
    load: @escaping @Sendable () throws -> Content
  ) {
    self.description = description
    self.tolerance = tolerance
    self.meanTolerance = meanTolerance
    self.load = load
  }

  private static func synthetic(_ name: String, _ network: some Network) -> GoldenCase {
    GoldenCase(description: "synthetic \(name)", tolerance: 1e-4) {
      let golden = try Golden.load("golden/synthetic_\(name).safetensors")
      let map = try golden["d0"]?.shape ?? required("d1", in: golden).shape
      let graph = try network.graph(for: Shape(channels: 3, height: map.height, width: map.width))
      return Content(
        graph: graph, parameters: SeededParameters(for: graph),
        input: SeededParameters.input(shape: graph.inputShape), expected: maps(of: graph, in: golden))
    }
  }

  /// A file of weights of any format against maps that PyTorch computed.
  ///
  /// - Parameter golden: a file of the maps and of `input`; without it the input is the seeded one.
  public static func file(_ path: String, against golden: String, tolerance: Float = 1e-4) -> GoldenCase {
    let names = [path, golden].map { $0.split(separator: "/").last.map(String.init) ?? $0 }
    return GoldenCase(description: "\(names[0]) against \(names[1])", tolerance: tolerance) {
      let golden = try Golden.load(path: golden)
      let map = try golden["d0"]?.shape ?? required("d1", in: golden).shape
      let input =
        golden["input"] ?? SeededParameters.input(shape: Shape(channels: 3, height: map.height, width: map.width))
      let (network, parameters): (any Network, any ParameterSource)
      switch try CheckpointFile.open(path) {
      case .onnx(let model): (network, parameters) = (model, model.parameters)
      case .checkpoint(let weights):
        guard let table = KnownNetworks.recognize(weights) else {
          throw MissingParameter(name: "the names of a known network in \(path)")
        }
        (network, parameters) = (table, weights)
      }
      let graph = try network.graph(for: input.shape)
      return Content(graph: graph, parameters: parameters, input: input, expected: maps(of: graph, in: golden))
    }
  }

  private static func pytorch(_ file: String) -> GoldenCase {
    GoldenCase(description: file, tolerance: 1e-4) {
      let golden = try Golden.load("golden/u2netp_random_97x131.safetensors")
      guard case .checkpoint(let weights) = try CheckpointFile.open(SharedFiles.path("golden/\(file)")),
        let network = U2NetTable.recognize(weights)
      else { throw MissingParameter(name: "the names of U²-Net in \(file)") }
      let input = try required("input", in: golden)
      let graph = try network.graph(for: input.shape)
      return Content(graph: graph, parameters: weights, input: input, expected: maps(of: graph, in: golden))
    }
  }

  private static let official = GoldenCase(
    description: "u2netp_official_horse_320", tolerance: 1e-3, meanTolerance: 2e-5
  ) {
    let golden = try Golden.load("golden/u2netp_official_horse_320.safetensors")
    guard case .onnx(let model) = try CheckpointFile.open(SharedFiles.path("models/u2netp-fp16.onnx")) else {
      throw MissingParameter(name: "an ONNX graph in u2netp-fp16.onnx")
    }
    let input = try required("input", in: golden)
    let graph = try model.graph(for: input.shape)
    return Content(
      graph: graph, parameters: model.parameters, input: input, expected: maps(of: graph, in: golden))
  }

  private static func maps(of graph: Graph, in golden: [String: Tensor]) -> [Int: Tensor] {
    Dictionary(
      uniqueKeysWithValues: graph.outputs.enumerated().compactMap { index, output in
        golden[output.name].map { (index, $0) }
      })
  }

  private static func required(_ name: String, in golden: [String: Tensor]) throws -> Tensor {
    guard let tensor = golden[name] else { throw MissingParameter(name: name) }
    return tensor
  }
}
