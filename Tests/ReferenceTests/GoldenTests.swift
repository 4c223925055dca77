import Reference
import TestSupport
import Testing

/// Compares the reference with the authors' PyTorch code.
@Suite(.enabled(if: SharedFiles.exist, Comment(rawValue: SharedFiles.absence)))
struct GoldenTests {
  @Test(arguments: GoldenCase.blocks.map { $0.within(2e-5) } + GoldenCase.networks)
  func agreesWithTheAuthors(golden: GoldenCase) throws {
    let complaints = try golden.complaints { graph, parameters, input in
      try ReferenceExecutor(graph: graph, parameters: parameters).run(input)
    }
    #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
  }
}
