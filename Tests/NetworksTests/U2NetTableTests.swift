import Networks
import Tensors
import Testing

/// Compares U²-Net with the paper and the authors' code.
@Suite struct U2NetTableTests {
  @Test(arguments: [
    (U2NetTable.full(), "u2net", 44_009_869, 58.6e9),
    (U2NetTable.small(), "u2netp", 1_131_181, 19.76e9),
  ])
  func counts(_ table: U2NetTable, name: String, parameters: Int, operations: Double) throws {
    let graph = try table.graph(for: [1, 3, 320, 320])
    // The running mean and variance are statistics, not trained.
    let trained = graph.parameters.filter { !$0.name.contains(".running_") }
    #expect(table.name == name)
    #expect(graph.nodes.count { $0.operation.kind == .convolution } == 119)
    #expect(graph.nodes.count { $0.operation.kind == .maxPool } == 33)
    #expect(graph.nodes.count { $0.operation.kind == .upsample } == 38)
    #expect(trained.reduce(0) { $0 + $1.shape.elementCount } == parameters)
    #expect(abs(Double(graph.multiplyAccumulates) / operations - 1) < 1e-3)
    #expect(graph.outputs.map(\.name) == (0...6).map { "d\($0)" })
    #expect(graph.outputShapes == Array(repeating: [1, 1, 320, 320], count: 7))
  }

  @Test func officialNames() throws {
    let graph = try U2NetTable.full().graph(for: [1, 3, 64, 64])
    let shapes = Dictionary(uniqueKeysWithValues: graph.parameters.map { ($0.name, $0.shape) })
    #expect(shapes["stage1.rebnconvin.conv_s1.weight"] == [64, 3, 3, 3])
    #expect(shapes["stage1.rebnconv7.conv_s1.weight"] == [32, 32, 3, 3])
    #expect(shapes["stage3d.rebnconv4d.conv_s1.weight"] == [64, 128, 3, 3])
    #expect(shapes["stage5d.rebnconv4.bn_s1.running_var"] == [256])
    #expect(shapes["stage5d.rebnconvin.conv_s1.weight"] == [512, 1024, 3, 3])
    #expect(shapes["stage1d.rebnconv1d.bn_s1.bias"] == [64])
    #expect(shapes["side6.weight"] == [1, 512, 3, 3])
    #expect(shapes["side6.bias"] == [1])
    #expect(shapes["outconv.weight"] == [1, 6, 1, 1])
    #expect(shapes.count == 119 * 2 + 112 * 4)
  }

  @Test func blocksInOrder() throws {
    let graph = try U2NetTable.small().graph(for: [1, 3, 33, 65])
    #expect(
      graph.blocks == [
        "input", "stage1", "stage2", "stage3", "stage4", "stage5", "stage6", "stage5d", "stage4d", "stage3d",
        "stage2d", "stage1d", "fusion",
      ])
    for node in graph.nodes { #expect(node.inputs.allSatisfy { $0 < node.id }, "\(node.name)") }
  }

  @Test(arguments: [[1, 3, 1, 1], [2, 3, 1, 65], [1, 3, 97, 131], [3, 3, 32, 17]] as [Shape])
  func anySizeGivesMapsOfThatSize(_ input: Shape) throws {
    let graph = try U2NetTable.full(outChannels: 4).graph(for: input)
    let map = Shape(batch: input.batch, channels: 4, height: input.height, width: input.width)
    #expect(graph.outputShapes == Array(repeating: map, count: 7))
  }

  @Test(arguments: [
    U2NetTable.full(), .small(), .full(outChannels: 4), .small(outChannels: 4),
    U2NetTable(name: "u2netp", stages: .small, batchNorm: false),
  ])
  func recognized(_ table: U2NetTable) throws {
    let source = SeededParameters(for: try table.graph(for: [1, 3, 32, 32]))
    #expect(U2NetTable.recognize(source) == table)
  }

  @Test func aTableOfOtherWidthsIsRecognizedToo() throws {
    let small = StageTable.small
    let encoder = [StageTable.Stage("stage1", RSU(depth: 7, in: 3, mid: 8, out: 64))] + small.encoder.dropFirst()
    let custom = U2NetTable(
      name: "u2net (custom)", stages: StageTable(encoder: encoder, decoder: small.decoder))
    let source = SeededParameters(for: try custom.graph(for: [1, 3, 32, 32]))
    #expect(U2NetTable.recognize(source) == custom)
  }

  @Test func otherCheckpointsAreNot() {
    #expect(U2NetTable.recognize(ParameterDictionary([:])) == nil)
    let stray = ParameterDictionary([
      "side1.weight": Tensor(shape: [1, 64, 3, 3], repeating: 0),
      "outconv.weight": Tensor(shape: [1, 6, 1, 1], repeating: 0),
    ])
    #expect(U2NetTable.recognize(stray) == nil)
  }
}
