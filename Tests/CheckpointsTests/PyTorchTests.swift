import Checkpoints
import Tensors
import TestSupport
import Testing

@Suite struct PyTorchTests {
  @Test(arguments: [("tiny_rsu4.pth", Checkpoint.Format.pyTorchZip), ("tiny_rsu4_legacy.pth", .pyTorchLegacy)])
  func bothContainersHoldTheSameTensors(name: String, format: Checkpoint.Format) throws {
    let expected = try Fixtures.checkpoint("tiny_rsu4.safetensors")
    let checkpoint = try Fixtures.checkpoint(name)
    #expect(checkpoint.format == format)
    #expect(checkpoint.names == expected.names)
    #expect(checkpoint.names.count == 56)
    for tensor in expected.names {
      #expect(try checkpoint.tensor(named: tensor) == expected.tensor(named: tensor), "\(tensor)")
      #expect(checkpoint.entries[tensor]?.elementType == expected.entries[tensor]?.elementType, "\(tensor)")
    }
  }

  /// The file of a training script: wrapped, with the prefix of DataParallel, of several types and layouts.
  @Test(arguments: ["wrapped.pth", "wrapped_zip64.pth", "wrapped_legacy.pth"])
  func aTrainingCheckpointIsUnwrapped(name: String) throws {
    let weight = try Fixtures.checkpoint("tiny_rsu4.safetensors").tensor(named: "rebnconv1.conv_s1.weight")
    let checkpoint = try Fixtures.checkpoint(name)
    #expect(
      checkpoint.names == ["bfloat", "channels_last", "half", "parameter", "scalar", "transposed", "view"])
    #expect(try checkpoint.tensor(named: "parameter") == weight)
    #expect(try checkpoint.tensor(named: "channels_last") == weight)
    #expect(try checkpoint.tensor(named: "half").mismatch(with: weight, within: 2e-4) == nil)
    #expect(try checkpoint.tensor(named: "bfloat").mismatch(with: weight, within: 2e-3) == nil)
    #expect(try checkpoint.tensor(named: "scalar") == Tensor(shape: [], values: [7]))
    let (out, inner, height, width) = (
      weight.shape.batch, weight.shape.channels, weight.shape.height, weight.shape.width
    )
    #expect(
      try checkpoint.tensor(named: "view")
        == Tensor(
          shape: [inner, height, width],
          values: Array(weight.values[(inner * height * width)...].prefix(inner * height * width))))
    var transposed: [Float] = []
    for i in 0..<inner {
      for o in 0..<out {
        transposed += weight.values[((o * inner + i) * height * width)...].prefix(height * width)
      }
    }
    #expect(
      try checkpoint.tensor(named: "transposed") == Tensor(shape: [inner, out, height, width], values: transposed))
  }

  @Test func aCompressedArchiveIsRefused() throws {
    let error = #expect(throws: CheckpointError.self) { try Fixtures.checkpoint("compressed.pth") }
    #expect(error?.kind == .unsupported)
    #expect(error?.reason.contains("is compressed, which PyTorch never does") == true, "\(String(describing: error))")
  }

  @Test(arguments: ["hostile.pth", "hostile_legacy.pth"])
  func aPickleThatCallsIsRefusedByName(name: String) throws {
    let error = #expect(throws: CheckpointError.self) {
      try CheckpointFile.open(bytes: Fixtures.bytes(name), name: name)
    }
    #expect(error?.kind == .refused)
    // os.system is defined in the module that Python calls posix.
    #expect(
      error?.description
        == "\(name): the pickle asks for 'posix.system', which is refused: only tensors, dictionaries and numbers are "
        + "built; save the state_dict alone"
    )
  }

  @Test(.enabled(if: SharedFiles.exist, Comment(rawValue: SharedFiles.absence)))
  func theOfficialNetworkIsTheSameInBothContainers() throws {
    let zip = try Fixtures.named(CheckpointFile.open(SharedFiles.path("golden/u2netp_random.pth")))
    let legacy = try Fixtures.named(CheckpointFile.open(SharedFiles.path("golden/u2netp_random_legacy.pth")))
    #expect(zip.format == .pyTorchZip && legacy.format == .pyTorchLegacy)
    #expect(zip.names == legacy.names)
    for name in zip.names { #expect(try zip.tensor(named: name) == legacy.tensor(named: name), "\(name)") }
  }
}
