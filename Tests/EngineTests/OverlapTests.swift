import Engine
import Networks
import OpenCL
import Tensors
import TestSupport
import Testing

/// Runs that are started before earlier runs have finished.
@Suite struct OverlapTests {
  /// Two convolutions with a pool between them; both results are outputs.
  private func graph(batch: Int) throws -> Graph {
    var builder = try GraphBuilder(input: Shape(batch: batch, channels: 3, height: 21, width: 13))
    let first = Convolution(weight: "w1", bias: "b1", outChannels: 19)
    let wide = try builder.add(.convolution(first), to: [builder.input], name: "wide")
    let pool = try builder.add(.maxPool(MaxPool(kernel: 2, stride: 2, ceilMode: true)), to: [wide], name: "pool")
    let second = Convolution(weight: "w2", bias: "b2", outChannels: 16, dilation: 2)
    let deep = try builder.add(.convolution(second), to: [pool], name: "deep")
    return builder.finish(outputs: [("deep", deep), ("wide", wide)])
  }

  @Test(arguments: [1, 3]) func everyRunHasItsOwnResults(batch: Int) throws {
    let graph = try graph(batch: batch)
    let parameters = SeededParameters(for: graph)
    let input = SeededParameters.input(shape: graph.inputShape)
    let inputs = (0..<7).map { number in
      Tensor(shape: input.shape) { values in
        for index in values.indices { values[index] = input.values[index] * Float(number) - 1 }
      }
    }
    for session in sessions {
      let executor = try Executor(graph: graph, parameters: parameters, session: session)
      let expected = try inputs.map { try executor.run($0) }
      func begin(_ index: Int) throws -> PendingRun {
        try executor.begin { values in _ = values.update(fromContentsOf: inputs[index].values) }
      }
      // One run at a time; all started before any result is taken; two at a time, taken in another order and twice.
      let what = "\(session.device.name), batch \(batch)"
      for index in inputs.indices { #expect(try begin(index).outputs() == expected[index], "alone \(index), \(what)") }
      let all = try inputs.indices.map(begin)
      for index in inputs.indices.reversed() {
        #expect(try all[index].outputs() == expected[index], "\(index) of all, \(what)")
      }
      #expect(try all[3].outputs() == expected[3], "twice, \(what)")
      var before = try begin(0)
      for index in 1..<inputs.count {
        let next = try begin(index)
        #expect(try before.outputs() == expected[index - 1], "\(index - 1) beside \(index), \(what)")
        before = next
      }
      // A run whose result is never taken does not affect others.
      #expect(try executor.run(inputs[2]) == expected[2], "a plain run beside them, \(what)")
      #expect(try before.outputs() == expected[6], "\(what)")
    }
  }

  /// When the executor is deallocated, it waits for runs in flight, whose results can be taken later.
  @Test func runsOutliveTheirExecutor() throws {
    let graph = try graph(batch: 1)
    let input = SeededParameters.input(shape: graph.inputShape)
    for session in sessions {
      var executor: Executor? = try Executor(
        graph: graph, parameters: SeededParameters(for: graph), session: session)
      let expected = try executor?.run(input)
      let pending = try (0..<2).map { _ in
        try executor?.begin { values in _ = values.update(fromContentsOf: input.values) }
      }
      executor = nil
      for run in pending { #expect(try run?.outputs() == expected, "\(session.device.name)") }
    }
  }
}
