import Networks
import Reference
import Tensors
import TestSupport
import Testing

/// The executor: what it reads, rejects and returns.
@Suite struct ReferenceExecutorTests {
  /// One residual block of two images, with its weights by name.
  private func block(_ rsu: RSU, input: Shape) throws -> (graph: Graph, weights: [String: Tensor]) {
    var builder = try GraphBuilder(input: input)
    let node = try builder.residualUBlock(rsu, of: builder.input, prefix: "")
    let graph = builder.finish(outputs: [(name: "out", node: node)])
    let source = SeededParameters(for: graph)
    let weights = try source.names.map { ($0, try source.tensor(named: $0)) }
    return (graph, Dictionary(uniqueKeysWithValues: weights))
  }

  @Test func imagesOfABatchDoNotMix() throws {
    let rsu = RSU(depth: 4, in: 3, mid: 5, out: 7)
    let (graph, weights) = try block(rsu, input: [3, 3, 13, 9])
    let single = try block(rsu, input: [1, 3, 13, 9]).graph
    let source = ParameterDictionary(weights)
    let input = Tensor.random(graph.inputShape, seed: 5)
    let together = try ReferenceExecutor(graph: graph, parameters: source).run(input)[0]
    let alone = try ReferenceExecutor(graph: single, parameters: source)
    let separately = try (0..<3).flatMap { image in
      let values = Array(input.values[image * 351..<(image + 1) * 351])
      return try alone.run(Tensor(shape: single.inputShape, values: values))[0].values
    }
    #expect(together.shape == [3, 7, 13, 9])
    #expect(together.values == separately, "seed 5")
  }

  @Test func outputsComeInOrderAndSurviveTheirLastUse() throws {
    var builder = try GraphBuilder(input: [1, 1, 1, 2])
    let relu = try builder.add(.relu, to: [builder.input], name: "relu")
    let doubled = try builder.add(.add, to: [relu, relu], name: "doubled")
    let sum = try builder.add(.add, to: [doubled, builder.input], name: "sum")
    let graph = builder.finish(outputs: [
      (name: "sum", node: sum), (name: "relu", node: relu), (name: "input", node: builder.input),
      (name: "again", node: relu),
    ])
    let outputs = try ReferenceExecutor(graph: graph, parameters: ParameterDictionary([:]))
      .run(Tensor(shape: [1, 1, 1, 2], values: [-1, 3]))
    #expect(outputs.map(\.values) == [[-1, 9], [0, 3], [-1, 3], [0, 3]])
  }

  @Test func anInputOfAnotherShapeIsAnError() throws {
    let (graph, weights) = try block(.dilated(in: 2, mid: 2, out: 2), input: [1, 2, 4, 4])
    let executor = try ReferenceExecutor(graph: graph, parameters: ParameterDictionary(weights))
    #expect {
      try executor.run(Tensor(shape: [1, 2, 4, 5], repeating: 0))
    } throws: { error in
      "\(error)" == "the input has shape [1, 2, 4, 5], the graph was built for [1, 2, 4, 4]"
    }
  }

  @Test func weightsThatDoNotFitAreErrors() throws {
    let (graph, weights) = try block(.dilated(in: 2, mid: 2, out: 2), input: [1, 2, 4, 4])
    let name = "rebnconv3.conv_s1.bias"
    let damages: [(Tensor?, String)] = [
      (nil, "tensor '\(name)' is missing; the network needs it with shape [2]"),
      (Tensor(shape: [3], repeating: 0), "tensor '\(name)' has shape [3], the network needs [2]"),
      (
        Tensor(shape: [2], values: [0, .nan]),
        "tensor '\(name)' holds nan at element 1; the weights are damaged"
      ),
      (
        Tensor(shape: [2], values: [-.infinity, 0]),
        "tensor '\(name)' holds -inf at element 0; the weights are damaged"
      ),
    ]
    for (damaged, message) in damages {
      var source = weights
      source[name] = damaged
      #expect {
        try ReferenceExecutor(graph: graph, parameters: ParameterDictionary(source))
      } throws: { error in
        error is ParameterError && "\(error)" == message
      }
    }
  }
}
