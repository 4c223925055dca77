import Checkpoints
import Tensors
import TestSupport
import Testing

/// State dicts are found whatever a training script put around them.
@Suite struct SavedStateTests {
  private let a = Tensor(shape: [3], values: [0, 1, 2])

  @Test(arguments: [
    "under_net", "under_ema", "under_params_ema", "under_model", "under_weights", "under_anything", "deep", "compiled",
    "nested_prefix", "plain_and_ema", "usual_key", "lightning", "numbers",
  ])
  func theWeightsAreFound(name: String) throws {
    let checkpoint = try Fixtures.checkpoint("states/\(name).pth")
    #expect(checkpoint.names == ["a", "b"])
    #expect(try checkpoint.tensor(named: "a") == a)
  }

  @Test func compiledPartsAreNamedAsBefore() throws {
    #expect(try Fixtures.checkpoint("states/compiled_parts.pth").names == ["a", "part.b"])
  }

  @Test func severalDictionariesAreListed() throws {
    let error = #expect(throws: CheckpointError.self) { try Fixtures.checkpoint("states/ambiguous.pth") }
    #expect(
      error?.reason == "holds several dictionaries of tensors, 'student', 'teacher'; save one of them alone",
      "\(String(describing: error))")
  }

  @Test func safetensorsLoseTheSamePrefixes() throws {
    let expected = try Fixtures.checkpoint("tiny_rsu4.safetensors")
    let checkpoint = try Fixtures.checkpoint("states/prefixed.safetensors")
    #expect(checkpoint.names == expected.names)
    for name in expected.names {
      #expect(try checkpoint.tensor(named: name) == expected.tensor(named: name), "\(name)")
    }
  }

  @Test func torchScriptIsNamed() throws {
    let error = #expect(throws: CheckpointError.self) { try Fixtures.checkpoint("states/script.pth") }
    #expect(
      error?.reason.contains("is a TorchScript archive; save the state dict instead: torch.save(model.state_dict()")
        == true, "\(String(describing: error))")
  }
}
