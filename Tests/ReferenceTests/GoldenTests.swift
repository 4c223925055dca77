import Checkpoints
import Networks
import Reference
import Tensors
import TestSupport
import Testing

/// The reference against what the authors' PyTorch code computes.
@Suite(.enabled(if: SharedFiles.exist, Comment(rawValue: SharedFiles.absence)))
struct GoldenTests {
  @Test(arguments: [
    ("rsu7", RSU(depth: 7, in: 5, mid: 12, out: 20)),
    ("rsu6", RSU(depth: 6, in: 5, mid: 12, out: 20)),
    ("rsu5", RSU(depth: 5, in: 5, mid: 12, out: 20)),
    ("rsu4", RSU(depth: 4, in: 5, mid: 12, out: 20)),
    ("rsu4f", .dilated(in: 5, mid: 12, out: 20)),
  ])
  func residualUBlock(_ name: String, block: RSU) throws {
    let golden = try Golden.load("golden/\(name)_in5_mid12_out20_45x61.safetensors")
    let input = try #require(golden["input"])
    var builder = try GraphBuilder(input: input.shape)
    let node = try builder.residualUBlock(block, of: builder.input, prefix: "")
    let graph = builder.finish(outputs: [(name: "output", node: node)])
    try expect(graph, on: input, weights: ParameterDictionary(golden), is: golden, within: 2e-5, name)
  }

  @Test(arguments: [
    ("synthetic_u2netp_75x101", U2NetTable.small(), maps: 7),
    ("synthetic_u2net_75x101", .full(), maps: 7),
    ("synthetic_u2net_4ch_64x96", .full(outChannels: 4), maps: 7),
    ("synthetic_u2net_320x320", .full(), maps: 2),
  ])
  func syntheticWeights(_ name: String, network: U2NetTable, maps: Int) throws {
    let golden = try Golden.load("golden/\(name).safetensors")
    #expect(golden.count == maps)
    let size = try #require(golden["d0"]).shape.size
    let graph = try network.graph(for: Shape(channels: 3, height: size.height, width: size.width))
    try expect(
      graph, on: SeededParameters.input(shape: graph.inputShape), weights: SeededParameters(for: graph), is: golden,
      within: 1e-4, name)
  }

  @Test(arguments: ["u2netp_random.pth", "u2netp_random_legacy.pth"]) func pytorchFile(_ file: String) throws {
    let golden = try Golden.load("golden/u2netp_random_97x131.safetensors")
    let weights = ParameterDictionary(try Golden.load("golden/\(file)"))
    let input = try #require(golden["input"])
    let network = try #require(U2NetTable.recognize(weights))
    #expect(network == .small())
    try expect(network.graph(for: input.shape), on: input, weights: weights, is: golden, within: 1e-4, file)
  }

  /// Every output that the file holds against the tensor of its name; there is one at least.
  private func expect(
    _ graph: Graph, on input: Tensor, weights: some ParameterSource, is golden: [String: Tensor],
    within tolerance: Float, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let results = try ReferenceExecutor(graph: graph, parameters: weights).run(input)
    try #require(results.count == graph.outputs.count)
    #expect(graph.outputs.contains { golden[$0.name] != nil }, "\(name) holds no output")
    for (output, result) in zip(graph.outputs, results) {
      guard let expected = golden[output.name] else { continue }
      let mismatch = result.mismatch(with: expected, within: tolerance)
      #expect(mismatch == nil, "\(name), \(output.name): \(mismatch ?? "")", sourceLocation: sourceLocation)
    }
  }
}
