import Engine
import Networks
import OpenCL
import Tensors
import TestSupport
import Testing

@Suite struct ExecutorTests {
  private let graph: Graph

  init() throws { graph = try U2NetTable.small().graph(for: [1, 3, 40, 24]) }

  @Test(.disabled(if: TestBudget.isBounded, "whole networks take a simulator minutes"))
  func profileNamesTheBlocks() throws {
    for session in sessions {
      let executor = try Executor(graph: graph, parameters: SeededParameters(for: graph), session: session)
      let timings = try executor.profile(SeededParameters.input(shape: graph.inputShape))
      #expect(timings.count == executor.launchCount)
      #expect(executor.blocks.first == "stage1" && executor.blocks.last == "fusion")
      #expect(Set(timings.map(\.block)) == Set(executor.blocks))
      #expect(timings.allSatisfy { $0.times.ended >= $0.times.started })
    }
  }

  @Test func refusesAnInputOfAnotherShape() throws {
    let session = try #require(sessions.first)
    let executor = try Executor(graph: graph, parameters: SeededParameters(for: graph), session: session)
    #expect(throws: InputShapeError.self) { try executor.run(Tensor(shape: [1, 3, 24, 40], repeating: 0)) }
  }

  @Test func namesTheTensorThatIsMissing() throws {
    let session = try #require(sessions.first)
    #expect {
      try Executor(graph: graph, parameters: ParameterDictionary([:]), session: session)
    } throws: { error in
      "\(error)"
        == "tensor 'stage1.rebnconvin.conv_s1.weight' is missing; the network needs it with shape [64, 3, 3, 3]"
    }
  }

  @Test func namesTheTensorOfAnotherShape() throws {
    let session = try #require(sessions.first)
    var tensors = try all()
    tensors["side6.bias"] = Tensor(shape: [2], repeating: 0)
    #expect {
      try Executor(graph: graph, parameters: ParameterDictionary(tensors), session: session)
    } throws: { error in "\(error)" == "tensor 'side6.bias' has shape [2], the network needs [1]" }
  }

  @Test func refusesWeightsThatAreNotNumbers() throws {
    let session = try #require(sessions.first)
    var tensors = try all()
    tensors["stage3.rebnconv2.conv_s1.weight"]?.values[5] = .nan
    #expect {
      try Executor(graph: graph, parameters: ParameterDictionary(tensors), session: session)
    } throws: { error in
      "\(error)" == "tensor 'stage3.rebnconv2.conv_s1.weight' holds nan at element 5; the weights are damaged"
    }
  }

  @Test func saysWhatMemoryItTakes() throws {
    let session = try #require(sessions.first)
    let executor = try Executor(graph: graph, parameters: SeededParameters(for: graph), session: session)
    #expect(executor.memory.activations < executor.memory.activationsUnshared)
    #expect(executor.memory.parameters >= 4 * 1_100_000)
  }

  private func all() throws -> [String: Tensor] {
    let seeded = SeededParameters(for: graph)
    return try Dictionary(uniqueKeysWithValues: seeded.names.map { ($0, try seeded.tensor(named: $0)) })
  }
}
