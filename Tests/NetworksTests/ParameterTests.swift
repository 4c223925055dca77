import Networks
import Tensors
import Testing

@Suite struct ParameterTests {
  private let graph: Graph

  init() throws { graph = try U2NetTable.small().graph(for: [1, 3, 32, 32]) }

  @Test func aCheckpointThatFitsIsValid() throws {
    try graph.validate(SeededParameters(for: graph))
  }

  @Test func theFirstTensorThatDoesNotFitIsNamed() throws {
    let full = SeededParameters(for: try U2NetTable.full().graph(for: [1, 3, 32, 32]))
    #expect {
      try graph.validate(full)
    } throws: { error in
      "\(error)"
        == "tensor 'stage1.rebnconv1.conv_s1.weight' has shape [32, 64, 3, 3], the network needs [16, 64, 3, 3]"
    }
    #expect {
      try graph.validate(ParameterDictionary([:]))
    } throws: { error in
      "\(error)"
        == "tensor 'stage1.rebnconvin.conv_s1.weight' is missing; the network needs it with shape [64, 3, 3, 3]"
    }
  }

  @Test func aParameterIsCheckedAsItIsRead() throws {
    let parameter = try #require(graph.parameters.first { $0.name == "side1.bias" })
    func read(_ values: [Float]) throws -> Tensor {
      try graph.tensor(
        parameter, from: ParameterDictionary(["side1.bias": Tensor(shape: [values.count], values: values)]))
    }
    #expect(try read([3]).values == [3])
    #expect(throws: ParameterError.self) { try read([3, 4]) }
    #expect(throws: ParameterError.self) { try read([.nan]) }
    #expect(throws: ParameterError.self) {
      try graph.tensor(parameter, from: ParameterDictionary([:]))
    }
  }
}
