import Checkpoints
import Networks
import Reference
import Tensors
import TestSupport
import Testing

/// Compares imported ONNX models with what PyTorch computed before exporting them.
@Suite struct ImportedModelTests {
  private static let fixtures = SharedFiles.packageRoot + "/Tests/CheckpointsTests/Fixtures/"

  @Test(arguments: [
    "tiny_opset11_fixed_folded", "tiny_opset11_dynamic_anonymous", "tiny_opset13_dynamic_folded",
    "tiny_opset17_fixed_batchnorm",
  ])
  func aTinyNetwork(name: String) throws {
    let golden = try Golden.load(path: Self.fixtures + "tiny_u2net_37x45.safetensors")
    try expect(Self.fixtures + name + ".onnx", is: golden, within: 1e-5)
  }

  /// Trained weights amplify rounding: in float64 d2 differs from the golden map (float32) by 6.8e-5 and from the
  /// reference by 1.04e-4, so that two correct float32 results may be 1.7e-4 apart; they are 1.02e-4 apart.
  @Test(.enabled(if: SharedFiles.exist, Comment(rawValue: SharedFiles.absence)))
  func theOfficialNetwork() throws {
    let golden = try Golden.load("golden/u2netp_official_horse_320.safetensors")
    try expect(SharedFiles.path("models/u2netp-fp16.onnx"), is: golden, within: 1.5e-4)
  }

  private func expect(_ path: String, is golden: [String: Tensor], within tolerance: Float) throws {
    guard case .onnx(let model) = try CheckpointFile.open(path) else {
      Issue.record("\(path) is no ONNX model")
      return
    }
    let input = try #require(golden["input"])
    let graph = try model.graph(for: input.shape)
    let maps = try ReferenceExecutor(graph: graph, parameters: model.parameters).run(input)
    try #require(graph.outputs.map(\.name) == (0...6).map { "d\($0)" })
    for (output, map) in zip(graph.outputs, maps) {
      let expected = try #require(golden[output.name])
      if let mismatch = map.mismatch(with: expected, within: tolerance) {
        Issue.record("\(path), \(output.name): \(mismatch)")
      }
    }
  }
}
