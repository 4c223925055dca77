import Networks
import Tensors
import Testing

/// Graphs that compute only some outputs.
@Suite struct GraphSelectionTests {
  private let graph: Graph

  init() throws { graph = try U2NetTable.small().graph(for: [1, 3, 40, 24]) }

  /// The fusion reads every side output, so only the six sigmoids of d1 … d6 become superfluous.
  @Test func theSaliencyMapNeedsNoOtherSigmoid() {
    let kept = graph.selecting(outputs: [0])
    #expect(kept.outputs.map(\.name) == ["d0"] && kept.nodes.count == graph.nodes.count - 6)
    let dropped = Set(graph.nodes.map(\.name)).subtracting(kept.nodes.map(\.name))
    #expect(dropped == ["d1", "d2", "d3", "d4", "d5", "d6"])
    #expect(kept.parameters == graph.parameters && kept.multiplyAccumulates == graph.multiplyAccumulates)
  }

  /// d6 comes from the deepest stage and needs no part of the decoder.
  @Test func aDeepMapNeedsNoDecoder() {
    let kept = graph.selecting(outputs: [6])
    #expect(kept.blocks == ["input", "stage1", "stage2", "stage3", "stage4", "stage5", "stage6", "fusion"])
    #expect(kept.nodes[kept.outputs[0].node].name == "d6")
  }

  @Test func nodesStayInOrderBehindTheirInputs() {
    for outputs in [[0], [3, 1], [6, 0, 2], []] {
      let kept = graph.selecting(outputs: outputs)
      #expect(kept.outputs.map(\.name) == outputs.map { "d\($0)" })
      #expect(kept.inputShape == graph.inputShape)
      for (index, node) in kept.nodes.enumerated() {
        #expect(node.id == index && node.inputs.allSatisfy { $0 < index }, "\(outputs): \(node.name)")
        let original = graph.nodes.first { $0.name == node.name }
        #expect(original?.inputs.map { graph.nodes[$0].name } == node.inputs.map { kept.nodes[$0].name })
      }
    }
  }

  @Test func everyOutputKeepsEverything() { #expect(graph.selecting(outputs: Array(0...6)) == graph) }
}
