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

  /// A traced frame is enqueued at once, and its launches run one after the other.
  @Test(.disabled(if: TestBudget.isBounded, "whole networks take a simulator minutes"))
  func aTraceHasEveryLaunchInOrder() throws {
    for session in sessions {
      let executor = try Executor(graph: graph, parameters: SeededParameters(for: graph), session: session)
      let input = SeededParameters.input(shape: graph.inputShape)
      let expected = try executor.run(input)
      try executor.upload(input)
      var calls = 0
      let timings = try executor.traceCompute { calls += 1 }
      #expect(calls == 1 && timings.count == executor.launchCount)
      #expect(timings.map(\.label) == executor.recordedSteps.flatMap(\.launches).map(\.label))
      for (timing, next) in zip(timings, timings.dropFirst()) {
        #expect(timing.times.queued <= timing.times.started && timing.times.started <= timing.times.ended)
        #expect(timing.times.ended <= next.times.started, "\(timing.label) and \(next.label)")
      }
      #expect(try executor.download() == expected)
    }
  }

  /// Leaving out maps does not change the others.
  @Test(.disabled(if: TestBudget.isBounded, "whole networks take a simulator minutes"))
  func mapsThatNobodyAsksForAreNotComputed() throws {
    for session in sessions {
      let parameters = SeededParameters(for: graph)
      let input = SeededParameters.input(shape: graph.inputShape)
      let whole = try Executor(graph: graph, parameters: parameters, session: session)
      let kept = try Executor(graph: graph.selecting(outputs: [0]), parameters: parameters, session: session)
      #expect(try kept.run(input) == Array(whole.run(input).prefix(1)))
      // Six sigmoids and the five side maps that are resampled for them.
      #expect(kept.launchCount == whole.launchCount - 11)
    }
  }

  /// Every device does more than 1e8 multiply-adds per second; a simulator does more than 1e3.
  @Test func thePeakIsMeasured() throws {
    for session in sessions {
      let peak = try FMAPeak(of: session).multiplyAddsPerSecond
      #expect(peak.isFinite && peak > (TestBudget.isBounded ? 1e3 : 1e8), "\(session.device.name): \(peak)")
    }
  }

  @Test func refusesAnInputOfAnotherShape() throws {
    let session = try #require(sessions.first)
    let executor = try executor(SeededParameters(for: graph), in: session)
    #expect(throws: InputShapeError.self) { try executor.run(Tensor(shape: [1, 3, 24, 40], repeating: 0)) }
  }

  @Test func namesTheTensorThatIsMissing() throws {
    let session = try #require(sessions.first)
    #expect {
      try executor(ParameterDictionary([:]), in: session)
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
      try executor(ParameterDictionary(tensors), in: session)
    } throws: { error in "\(error)" == "tensor 'side6.bias' has shape [2], the network needs [1]" }
  }

  @Test func refusesWeightsThatAreNotNumbers() throws {
    let session = try #require(sessions.first)
    var tensors = try all()
    tensors["stage3.rebnconv2.conv_s1.weight"]?.values[5] = .nan
    #expect {
      try executor(ParameterDictionary(tensors), in: session)
    } throws: { error in
      "\(error)" == "tensor 'stage3.rebnconv2.conv_s1.weight' holds nan at element 5; the weights are damaged"
    }
  }

  @Test func saysWhatMemoryItTakes() throws {
    let session = try #require(sessions.first)
    let executor = try executor(SeededParameters(for: graph), in: session)
    #expect(executor.memory.activations < executor.memory.activationsUnshared)
    #expect(executor.memory.parameters >= 4 * 1_100_000)
  }

  /// The network with the device's default kernels. They are not tried first: Oclgrind would take minutes for that.
  private func executor(_ parameters: some ParameterSource, in session: DeviceSession) throws -> Executor {
    try Executor(
      graph: graph, parameters: parameters, session: session, options: PlanOptions(),
      tuning: KernelTuning(for: session.device))
  }

  private func all() throws -> [String: Tensor] {
    let seeded = SeededParameters(for: graph)
    return try Dictionary(uniqueKeysWithValues: seeded.names.map { ($0, try seeded.tensor(named: $0)) })
  }
}
