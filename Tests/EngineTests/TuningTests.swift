import Caches
import Engine
import FoundationEssentials
import Networks
import OpenCL
import Tensors
import TestSupport
import Testing

/// The tuner on a network of one small convolution, with a cache of the test's own.
@Suite(.disabled(if: TestBudget.isBounded, "trying every candidate takes a simulator minutes"))
struct TuningTests {
  private let folder = FileManager.default.temporaryDirectory.path + "/u2cl-tuning-\(UUID().uuidString)"
  private var cache: Cache { Cache(.folder(folder)) }
  private let graph: Graph

  init() throws {
    var builder = try GraphBuilder(input: [1, 3, 9, 22])
    let first = try builder.add(
      .convolution(Convolution(weight: "a", bias: "b", outChannels: 16)), to: [builder.input], name: "first")
    let second = try builder.add(
      .convolution(Convolution(weight: "c", bias: "d", outChannels: 32, dilation: 2)), to: [first], name: "second")
    let third = try builder.add(
      .convolution(Convolution(weight: "e", bias: nil, outChannels: 1)), to: [second], name: "third")
    graph = builder.finish(outputs: [("third", third)])
  }

  private func removeFolder() { try? FileManager.default.removeItem(atPath: folder) }

  @Test func everyCandidateIsTriedOnceAndKept() throws {
    defer { removeFolder() }
    for session in sessions {
      var tuner = try #require(try Tuner(session: session, cache: cache))
      var steps: [Int] = []
      let (findings, timeIsUp) = tuner.tune(graph, seconds: 100) { done, _ in steps.append(done) }
      #expect(!timeIsUp && steps == [0, 1])
      let finding = try #require(findings.first)
      let candidates = try session.tuning(for: .float32).candidates(for: finding.problem)
      #expect(findings.count == 1 && finding.count == 1 && finding.tried == candidates.count && finding.failed == 0)
      #expect(finding.fastest.map { candidates.contains($0.method) && $0.ratio > 0 } == true)
      #expect((finding.standard.seconds ?? 0) > 0)

      var again = try #require(try Tuner(session: session, cache: cache))
      let known = again.tune(graph, seconds: 100) { _, _ in }.findings[0]
      #expect(known.tried == 0 && known.known == candidates.count && known.fastest?.method == finding.fastest?.method)
    }
  }

  /// What was found is used by the next session, unless that does without; either way the results agree.
  @Test func theNextSessionUsesWhatWasFound() throws {
    defer { removeFolder() }
    for session in sessions {
      var tuner = try #require(try Tuner(session: session, cache: cache))
      let ratio = try #require(tuner.tune(graph, seconds: 100) { _, _ in }.findings[0].fastest?.ratio)
      let (tuned, plain) = try (
        DeviceSession(device: session.device, cache: cache),
        DeviceSession(device: session.device, cache: cache, usesTunings: false)
      )
      #expect(
        try plain.tunedCount() == 0 && tuned.tunedCount() <= 1 && (tuned.tunedCount() == 1 || ratio > 0.9), "\(ratio)")
      let input = Tensor.random(graph.inputShape, seed: 71)
      let outputs = try [tuned, plain].map {
        try Executor(graph: graph, parameters: SeededParameters(for: graph), session: $0).run(input)[0]
      }
      #expect(outputs[0].mismatch(with: outputs[1], within: 1e-4) == nil)
    }
  }

  @Test func noTimeTriesNothing() throws {
    defer { removeFolder() }
    for session in sessions {
      var tuner = try #require(try Tuner(session: session, cache: cache))
      let (findings, timeIsUp) = tuner.tune(graph, seconds: 0) { _, _ in }
      #expect(timeIsUp && findings[0].tried == 0 && findings[0].fastest == nil)
    }
  }

  /// What ended a process twice is not tried a third time; what did so once is.
  @Test func whatEndsTheProcessIsLeftAlone() throws {
    defer { removeFolder() }
    for session in sessions {
      let tuning = try session.tuning(for: .float32)
      let problem = try #require(Plan(graph, tuning: tuning).problemCounts.keys.first)
      let candidates = tuning.candidates(for: problem)
      var journal = TuningJournal(of: session.device, tuning.gpu, in: cache)
      for method in [candidates[1], candidates[1], candidates[2]] {
        journal.append(TuningRecord(problem: problem, method: method, outcome: .begun))
      }
      var tuner = try #require(try Tuner(session: session, cache: cache))
      let finding = tuner.tune(graph, seconds: 100) { _, _ in }.findings[0]
      #expect(finding.known == 1 && finding.failed == 1 && finding.tried == candidates.count - 1)
      #expect(finding.fastest?.method != candidates[1])
    }
  }

  @Test func recordsAreReadAsTheyAreWritten() throws {
    let problem = ConvolutionProblem(inChannels: 64, output: [2, 16, 13, 40], kernel: 3, dilation: 4)
    for method: BlockedMethod in [
      .direct(tile: 20, rows: 3), .winogradFused(tiles: 16), .winogradNonfused(tiles: 25),
      .implicitGEMM(
        ImplicitGEMM(.tensorHalfK16, tile: MultiplyMethod.tensorHalfK16.tiles[2], width: 20, height: 3, splits: 4)),
      .subgroup(try #require(SubgroupConvolution(pixels: 10, outputs: 2, splits: 4))),
    ] {
      for outcome: TuningRecord.Outcome in [.begun, .failed, .took(1234, standard: 987)] {
        let record = TuningRecord(problem: problem, method: method, outcome: outcome)
        #expect(TuningRecord(line: record.line) == record, "\(record.line)")
      }
    }
  }

  /// A line of another form, or one whose constants no kernel has, is no record.
  @Test(arguments: [
    "", "64 16 3 1 1 320 320", "64 16 3 1 1 320 fused 20 begun", "64 16 3 1 1 320 320 fused begun",
    "64 16 3 1 1 320 320 fused 20 took", "64 16 3 1 1 320 320 fused 20 took 0 5", "64 16 3 1 1 320 320 fused 20 took 5",
    "64 16 3 1 1 320 320 fused 65 begun", "64 16 3 1 1 320 320 direct 20 begun", "64 16 3 1 1 320 -320 fused 20 begun",
    "64 16 3 1 1 320 320 other 20 begun", "64 16 3 1 1 320 320 fused 20 begun 7",
    "64 16 3 1 1 320 320 gemm 0 64 16 4 4 8 8 begun", "64 16 3 1 1 320 320 gemm 9 64 16 4 4 8 8 1 begun",
    "64 16 3 1 1 320 320 gemm 0 64 16 4 5 8 8 1 begun", "64 16 3 1 1 320 320 gemm 0 64 16 4 4 9 8 1 begun",
    "64 16 3 1 1 320 320 subgroup 8 2 begun", "64 16 3 1 1 320 320 subgroup 8 3 1 begun",
    "64 16 3 1 1 320 320 subgroup 8 2 9 begun",
    "64 16 3 1 1 320 320 gemm 0 64 16 4 4 8 -8 1 begun", "64 16 3 1 1 320 320 gemm 0 64 16 4 4 8 8 9 begun",
  ])
  func otherLinesAreNoRecords(line: String) { #expect(TuningRecord(line: line) == nil) }
}
