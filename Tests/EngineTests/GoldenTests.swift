import Engine
import OpenCL
import TestSupport
import Testing

/// Compares the engine with the authors' PyTorch code.
@Suite(
  .enabled(if: SharedFiles.exist, Comment(rawValue: SharedFiles.absence)),
  .disabled(if: TestBudget.isBounded, "whole networks take a simulator minutes"))
struct GoldenTests {
  @Test(arguments: GoldenCase.blocks + GoldenCase.networks)
  func agreesWithTheAuthors(golden: GoldenCase) throws {
    #expect(!sessions.isEmpty, "no OpenCL device: nothing was compared")
    for session in sessions {
      let complaints = try golden.complaints { graph, parameters, input in
        try Executor(graph: graph, parameters: parameters, session: session).run(input)
      }
      #expect(complaints.isEmpty, "\(session.device.name): \(complaints.joined(separator: "\n"))")
    }
  }
}
