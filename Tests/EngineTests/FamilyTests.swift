import Engine
import Foundation
import OpenCL
import Reference
import TestSupport
import Testing

/// The files of one network, in every format, as `scripts/test-family` makes them: a folder that has the network's
/// name.
private let folder = ProcessInfo.processInfo.environment["U2CL_FAMILY"]

/// Every file of weights with every golden file of its network; an export for one size has that of its size alone.
private let exports: [GoldenCase] = {
  guard let folder, let network = folder.split(separator: "/").last else { return [] }
  func names(_ folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }
  let prefix = "synthetic_\(network)_"
  let goldens = names(SharedFiles.path("golden")).filter {
    $0.hasPrefix(prefix) && !$0.dropFirst(prefix.count).contains("_")
  }
  return names(folder).flatMap { file in
    goldens.filter { !file.contains("fixed") || !$0.contains("320x320") }.map {
      GoldenCase.file("\(folder)/\(file)", against: SharedFiles.path("golden/\($0)"))
    }
  }
}()

/// Tiny networks of the family as exporters write them; `Fixtures/make_family.py` made them.
private let fixtures: [GoldenCase] = [
  ("isnet_opset17_dynamic.onnx", "isnet_43x37"), ("u2net_4ch_opset18_dynamo.onnx", "u2net_4ch_21x29"),
  ("u2net_opset9.onnx", "u2net_opset9_64x32"),
].map { file, golden in
  let folder = SharedFiles.packageRoot + "/Tests/CheckpointsTests/Fixtures/family"
  return GoldenCase.file("\(folder)/\(file)", against: "\(folder)/\(golden).safetensors", tolerance: 1e-5)
}

@Suite(.disabled(if: TestBudget.isBounded, "whole networks take a simulator minutes"))
struct FamilyTests {
  @Test(arguments: fixtures) func tinyNetworks(golden: GoldenCase) throws { try expectAgreement(with: golden) }

  @Test(.serialized, .enabled(if: folder != nil, "run by scripts/test-family (U2CL_FAMILY)"), arguments: exports)
  func wholeNetworks(golden: GoldenCase) throws {
    #expect(!sessions.isEmpty, "no OpenCL device: nothing was compared")
    try expectAgreement(with: golden)
  }

  /// The reference and every device against what PyTorch computed.
  private func expectAgreement(with golden: GoldenCase) throws {
    let reference = try golden.complaints { graph, parameters, input in
      try ReferenceExecutor(graph: graph, parameters: parameters).run(input)
    }
    #expect(reference.isEmpty, "reference: \(reference.joined(separator: "\n"))")
    for session in sessions {
      let engine = try golden.complaints { graph, parameters, input in
        try Executor(graph: graph, parameters: parameters, session: session).run(input)
      }
      #expect(engine.isEmpty, "\(session.device.name): \(engine.joined(separator: "\n"))")
    }
  }
}
