import Networks
import Tensors
import Testing

@Suite struct GraphBuilderTests {
  @Test func nodesKnowTheirPlaceTheirBlockAndTheirShape() throws {
    var builder = try GraphBuilder(input: [1, 3, 9, 9])
    builder.begin(block: "first")
    let pooled = try builder.add(.maxPool(MaxPool()), to: [builder.input], name: "pool")
    builder.begin(block: "second")
    let convolution = Convolution(weight: "w", bias: "b", outChannels: 4, kernel: 1)
    let mixed = try builder.add(.convolution(convolution), to: [pooled], name: "mixed")
    let graph = builder.finish(outputs: [(name: "y", node: mixed)])
    #expect(graph.nodes.map(\.id) == [0, 1, 2])
    #expect(graph.blocks == ["input", "first", "second"])
    #expect(graph.outputShapes == [[1, 4, 5, 5]])
    #expect(graph.inputShape == [1, 3, 9, 9])
    #expect(graph.multiplyAccumulates == 4 * 25 * 3)
    #expect(graph.parameters.map(\.name) == ["w", "b"])
    #expect(graph.parameters.map(\.shape) == [[4, 3, 1, 1], [4]])
  }

  @Test func errorsNameTheNode() throws {
    #expect(throws: GraphError.self) { try GraphBuilder(input: [3, 9, 9]) }
    #expect(throws: GraphError.self) { try GraphBuilder(input: [1, 3, 0, 9]) }
    var builder = try GraphBuilder(input: [1, 3, 9, 9])
    let pooled = try builder.add(.maxPool(MaxPool()), to: [builder.input], name: "pool")
    #expect {
      try builder.add(.add, to: [pooled, builder.input], name: "sum")
    } throws: { error in
      "\(error)" == "node 'sum': add: [1, 3, 5, 5] and [1, 3, 9, 9] differ"
    }
  }
}
