import Networks
import Reference
import Tensors
import TestSupport
import Testing

/// Compares batch norms folded into weights with batch norms that are computed.
@Suite struct FoldingTests {
  @Test func aFoldedNetworkAnswersTheSame() throws {
    var table = U2NetTable(name: "u2netp", stages: .small)
    let graph = try table.graph(for: [1, 3, 37, 45])
    let source = SeededParameters(for: graph)
    let folded = FoldedParameters(source, of: graph)
    table.batchNorm = false
    let plain = try table.graph(for: graph.inputShape)
    #expect(folded.names == plain.parameters.map(\.name).sorted())
    try plain.validate(folded)
    let input = SeededParameters.input(shape: graph.inputShape)
    let expected = try ReferenceExecutor(graph: graph, parameters: source).run(input)
    let maps = try ReferenceExecutor(graph: plain, parameters: folded).run(input)
    for (index, map) in maps.enumerated() {
      let mismatch = map.mismatch(with: expected[index], within: 1e-5)
      #expect(mismatch == nil, "map \(index): \(mismatch ?? "")")
    }
  }

  /// Weights without a batch norm keep their bits.
  @Test func theRestStays() throws {
    let graph = try ISNetTable.full().graph(for: [1, 3, 64, 64])
    let source = SeededParameters(for: graph)
    let folded = FoldedParameters(source, of: graph)
    for name in ["conv_in.weight", "conv_in.bias", "side3.weight", "side3.bias"] {
      #expect(try folded.tensor(named: name) == source.tensor(named: name), "\(name)")
    }
    let name = "stage2.rebnconv1.conv_s1.weight"
    #expect(try folded.tensor(named: name) != source.tensor(named: name))
    #expect(throws: MissingParameter.self) { try folded.tensor(named: "stage2.rebnconv1.bn_s1.weight") }
    #expect(folded.shape(of: "stage2.rebnconv1.bn_s1.weight") == nil)
  }
}
