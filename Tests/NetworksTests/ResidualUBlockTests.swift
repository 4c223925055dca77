import Networks
import Tensors
import Testing

@Suite struct ResidualUBlockTests {
  private func graph(_ block: RSU, size: Size = Size(height: 45, width: 61), batchNorm: Bool = true) throws -> Graph {
    var builder = try GraphBuilder(
      input: Shape(channels: block.inChannels, height: size.height, width: size.width))
    let node = try builder.residualUBlock(block, of: builder.input, prefix: "s.", batchNorm: batchNorm)
    return builder.finish(outputs: [(name: "out", node: node)])
  }

  private func count(_ kind: Networks.Operation.Kind, in graph: Graph) -> Int {
    graph.nodes.count { $0.operation.kind == kind }
  }

  @Test(arguments: [4, 5, 6, 7]) func pooled(depth: Int) throws {
    let block = RSU(depth: depth, in: 5, mid: 12, out: 20)
    let graph = try graph(block)
    #expect(block.name == "RSU-\(depth)")
    #expect(graph.outputShapes == [[1, 20, 45, 61]])
    #expect(count(.convolution, in: graph) == 2 * depth)
    #expect(count(.batchNorm, in: graph) == 2 * depth)
    #expect(count(.maxPool, in: graph) == depth - 2)
    #expect(count(.upsample, in: graph) == depth - 2)
    #expect(count(.concat, in: graph) == depth - 1)
    #expect(graph.nodes.last?.operation == .add)
    #expect(dilations(of: graph) == Array(repeating: 1, count: depth) + [2] + Array(repeating: 1, count: depth - 1))
  }

  @Test func dilated() throws {
    let block = RSU.dilated(in: 5, mid: 12, out: 20)
    let graph = try graph(block)
    #expect(block.name == "RSU-4F")
    #expect(graph.outputShapes == [[1, 20, 45, 61]])
    #expect(count(.maxPool, in: graph) + count(.upsample, in: graph) == 0)
    #expect(dilations(of: graph) == [1, 1, 2, 4, 8, 4, 2, 1])
  }

  /// A map of one pixel pools to one pixel, so that nothing needs upsampling.
  @Test func onePixel() throws {
    let graph = try graph(RSU(depth: 7, in: 3, mid: 4, out: 5), size: Size(height: 1, width: 1))
    #expect(graph.outputShapes == [[1, 5, 1, 1]])
    #expect(count(.upsample, in: graph) == 0)
  }

  @Test func foldedWeightsHaveNoNorms() throws {
    let graph = try graph(RSU(depth: 4, in: 5, mid: 12, out: 20), batchNorm: false)
    #expect(count(.batchNorm, in: graph) == 0)
    #expect(!graph.parameters.contains { $0.name.contains("bn_s1") })
  }

  private func dilations(of graph: Graph) -> [Int] {
    graph.nodes.compactMap { node in
      guard case .convolution(let convolution) = node.operation else { return nil }
      return convolution.dilation
    }
  }
}
