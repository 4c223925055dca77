import Caches
import Engine
import FoundationEssentials
import Networks
import OpenCL
import Tensors
import TestSupport
import Testing

/// The tuner on a network of one small convolution, with a separate cache.
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
      let (results, timeIsUp) = tuner.tune(graph, seconds: 100) { done, _ in steps.append(done) }
      #expect(!timeIsUp && steps == [0, 1])
      let result = try #require(results.first)
      let candidates = try session.tuning(for: .float32).candidates(for: result.problem)
      #expect(results.count == 1 && result.count == 1 && result.tried == candidates.count && result.failed == 0)
      #expect(result.fastest.map { candidates.contains($0.method) && $0.ratio > 0 } == true)
      #expect((result.baseline.seconds ?? 0) > 0)

      var again = try #require(try Tuner(session: session, cache: cache))
      let known = again.tune(graph, seconds: 100) { _, _ in }.results[0]
      #expect(known.tried == 0 && known.known == candidates.count && known.fastest?.method == result.fastest?.method)
    }
  }

  /// The next session uses what the tuner found, unless it is told not to. The results agree either way.
  @Test func theNextSessionUsesWhatWasFound() throws {
    defer { removeFolder() }
    for session in sessions {
      var tuner = try #require(try Tuner(session: session, cache: cache))
      let ratio = try #require(tuner.tune(graph, seconds: 100) { _, _ in }.results[0].fastest?.ratio)
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
      let (results, timeIsUp) = tuner.tune(graph, seconds: 0) { _, _ in }
      #expect(timeIsUp && results[0].tried == 0 && results[0].fastest == nil)
    }
  }

  /// A method that ended two processes is not tried again; one that ended one process is.
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
      let result = tuner.tune(graph, seconds: 100) { _, _ in }.results[0]
      #expect(result.known == 1 && result.failed == 1 && result.tried == candidates.count - 1)
      #expect(result.fastest?.method != candidates[1])
    }
  }

  @Test func recordsAreReadAsTheyAreWritten() throws {
    let problem = ConvolutionProblem(inChannels: 64, output: [2, 16, 13, 40], kernel: 3, dilation: 4)
    for method: BlockedMethod in [
      .direct(tile: 20, rows: 3), .winogradFused(tiles: 16), .winogradNonfused(tiles: 25),
      .implicitGEMM(
        ImplicitGEMM(.tensorHalfK16, tile: MultiplyMethod.tensorHalfK16.tiles[2], width: 20, height: 3, splitK: 4)),
      .subgroup(try #require(SubgroupConvolution(pixels: 10, outputs: 2, splitK: 4))),
    ] {
      for outcome: TuningRecord.Outcome in [.begun, .failed, .took(1234, baseline: 987)] {
        let record = TuningRecord(problem: problem, method: method, outcome: outcome)
        #expect(TuningRecord(line: record.line) == record, "\(record.line)")
      }
    }
  }

  /// A stored record with some fields replaced, or removed if nil.
  private static func line(_ changes: [String: String?] = [:], method: String, _ constants: String) -> String {
    let fields: [String: String?] = [
      "inChannels": "64", "outChannels": "16", "kernel": "3", "dilation": "1", "batch": "1", "height": "320",
      "width": "320", "outcome": "\"begun\"", "method": #"{"name":"\#(method)","constants":\#(constants)}"#,
    ]
    let changed = fields.merging(changes) { $1 }
    return "{" + changed.compactMap { key, value in value.map { "\"\(key)\":\($0)" } }.joined(separator: ",") + "}"
  }

  /// Lines that differ from a record in one way: a missing or impossible field, or constants that no kernel has.
  private static let damagedLines: [String] =
    [
      "", "{}", "null", "64 16 3 1 1 320 320 fused 20 begun", line(method: "fused", "[]"),
      line(method: "fused", "[65]"),
      line(method: "direct", "[20]"), line(method: "other", "[20]"), line(["width": nil], method: "fused", "[20]"),
      line(["height": "-320"], method: "fused", "[20]"), line(["kernel": "\"3\""], method: "fused", "[20]"),
      line(["outcome": "\"took\""], method: "fused", "[20]"), line(["outcome": "\"lost\""], method: "fused", "[20]"),
      line(["outcome": "\"took\"", "nanoseconds": "0", "baseline": "5"], method: "fused", "[20]"),
      line(["outcome": "\"took\"", "nanoseconds": "5"], method: "fused", "[20]"),
    ]
    + [
      "[0,64,16,4,4,8,8]", "[9,64,16,4,4,8,8,1]", "[0,64,16,4,5,8,8,1]", "[0,64,16,4,4,9,8,1]", "[0,64,16,4,4,8,-8,1]",
      "[0,64,16,4,4,8,8,9]",
    ].map { line(method: "gemm", $0) } + ["[8,2]", "[8,3,1]", "[8,2,9]"].map { line(method: "subgroup", $0) }

  @Test func aLineOfTheUsualFormIsARecord() {
    for (method, constants) in [("fused", "[20]"), ("gemm", "[0,64,16,4,4,8,8,1]"), ("subgroup", "[8,2,1]")] {
      #expect(TuningRecord(line: Self.line(method: method, constants)) != nil, "\(method)")
    }
  }

  @Test(arguments: damagedLines) func damagedLinesAreNoRecords(line: String) {
    #expect(TuningRecord(line: line) == nil)
  }
}
