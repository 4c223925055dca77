import Networks
import Tensors
import Testing

/// Compares IS-Net with the authors' code.
@Suite struct ISNetTableTests {
  @Test func counts() throws {
    let graph = try ISNetTable.full().graph(for: [1, 3, 1024, 1024])
    let trained = graph.parameters.filter { !$0.name.contains(".running_") }
    #expect(ISNetTable.full().name == "isnet")
    #expect(trained.reduce(0) { $0 + $1.shape.elementCount } == 44_046_790)
    #expect(graph.nodes.count { $0.operation.kind == .convolution } == 119)
    #expect(graph.nodes.count { $0.operation.kind == .sigmoid } == 6)
    #expect(graph.outputs.map(\.name) == (1...6).map { "d\($0)" })
    #expect(graph.outputShapes == Array(repeating: [1, 1, 1024, 1024], count: 6))
  }

  @Test func theStemHalvesThePicture() throws {
    let graph = try ISNetTable.full().graph(for: [1, 3, 75, 101])
    let stem = try #require(graph.nodes.first { $0.name == "conv_in" })
    #expect(stem.shape == [1, 64, 38, 51])
    #expect(stem.block == "stem")
    #expect(graph.nodes[stem.id + 1].inputs == [stem.id])
    #expect(graph.outputShapes.allSatisfy { $0 == [1, 1, 75, 101] })
  }

  @Test(arguments: [[1, 3, 1, 1], [2, 3, 1, 65], [1, 3, 97, 131]] as [Shape])
  func anySizeGivesMapsOfThatSize(_ input: Shape) throws {
    let graph = try ISNetTable.full(outChannels: 3).graph(for: input)
    let map = Shape(batch: input.batch, channels: 3, height: input.height, width: input.width)
    #expect(graph.outputShapes == Array(repeating: map, count: 6))
  }

  @Test(arguments: [
    ISNetTable.full(), .full(outChannels: 2),
    ISNetTable(name: "isnet", stemChannels: 64, stages: ISNetTable.full().stages, sides: 1, batchNorm: false),
    ISNetTable(
      name: "isnet (custom)", stemChannels: 8,
      stages: StageTable(
        encoder: [StageTable.Stage("stage1", RSU(depth: 7, in: 8, mid: 16, out: 64))]
          + StageTable.small.encoder.dropFirst(), decoder: StageTable.small.decoder)),
  ])
  func recognized(_ table: ISNetTable) throws {
    let source = SeededParameters(for: try table.graph(for: [1, 3, 64, 64]))
    #expect(ISNetTable.recognize(source) == table)
    #expect(U2NetTable.recognize(source) == nil)
    #expect(KnownNetworks.recognize(source) as? ISNetTable == table)
  }

  @Test func u2NetIsNot() throws {
    let source = SeededParameters(for: try U2NetTable.small().graph(for: [1, 3, 32, 32]))
    #expect(ISNetTable.recognize(source) == nil)
    #expect(KnownNetworks.recognize(source) as? U2NetTable == .small())
    #expect(KnownNetworks.recognize(ParameterDictionary([:])) == nil)
  }

  /// Logits, with which a network of several classes is trained: no map ends in a sigmoid.
  @Test func logits() throws {
    for var table in [U2NetTable.small(outChannels: 4), ISNetTable.full()] as [any NetworkTable] {
      table.form = .logits
      let graph = try table.graph(for: [1, 3, 40, 24])
      #expect(!graph.nodes.contains { $0.operation == .sigmoid })
      #expect(graph.outputShapes.allSatisfy { $0 == [1, table.outChannels, 40, 24] })
    }
  }
}
