import Checkpoints
import Networks
import Tensors
import TestSupport
import Testing

/// Truncated or overwritten files give a clear error or a usable result, never a crash, a hang or a huge allocation.
@Suite struct DamageTests {
  private static let files = [
    "tiny_rsu4.safetensors", "tiny_rsu4.pth", "tiny_rsu4_legacy.pth", "wrapped.pth", "wrapped_zip64.pth",
    "wrapped_legacy.pth",
    "tiny_opset11_dynamic_anonymous.onnx", "tiny_opset17_fixed_batchnorm.onnx", "nodes/sizes.onnx",
    "nodes/integer_operators.onnx", "states/lightning.pth",
  ]

  @Test(arguments: files) func aFileCutShortIsTold(file: String) throws {
    let bytes = try Fixtures.bytes(file)
    let seed: UInt64 = 7
    var generator = SeededGenerator(seed: seed)
    let lengths =
      Array(0..<64) + (0..<100).map { _ in Int.random(in: 64..<bytes.count, using: &generator) } + [bytes.count - 1]
    for length in lengths {
      let error = #expect(throws: CheckpointError.self, "\(file), \(length) of \(bytes.count) bytes, seed \(seed)") {
        try CheckpointFile.open(bytes: Array(bytes[..<length]), name: file)
      }
      #expect(error?.description.contains("\n") == false)
    }
  }

  @Test(arguments: files) func overwrittenBytesNeverCrash(file: String) throws {
    let bytes = try Fixtures.bytes(file)
    let seed: UInt64 = 11
    var generator = SeededGenerator(seed: seed)
    var refused = 0
    for round in 0..<400 {
      var damaged = bytes
      // Half of the rounds hit the beginning, where the headers are.
      let window = round.isMultiple(of: 2) ? min(bytes.count, 600) : bytes.count
      for _ in 0...(round % 4) {
        damaged[Int.random(in: 0..<window, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      do { try use(damaged) } catch {
        #expect(Self.isClear(error), "\(file), round \(round), seed \(seed): \(error)")
        refused += 1
      }
    }
    #expect(refused > 20, "\(file): only \(refused) of 400 damaged files were refused")
  }

  @Test(arguments: files) func blocksOfOnesAndZerosNeverCrash(file: String) throws {
    let bytes = try Fixtures.bytes(file)
    let seed: UInt64 = 13
    var generator = SeededGenerator(seed: seed)
    for round in 0..<150 {
      var damaged = bytes
      let start = Int.random(in: 0..<bytes.count, using: &generator)
      for index in start..<min(bytes.count, start + Int.random(in: 1...16, using: &generator)) {
        damaged[index] = round.isMultiple(of: 2) ? 0xFF : 0
      }
      do { try use(damaged) } catch {
        #expect(Self.isClear(error), "\(file), round \(round), seed \(seed): \(error)")
      }
    }
  }

  /// Empty tensors whose other extents overflow when they are multiplied, in any order.
  @Test(arguments: [
    "4611686018427387904,0,3,3", "0,4611686018427387904,3", "0,1099511627776,1099511627776", "2147483648,0",
    "2147483647,2147483647,2147483647,0",
  ]) func emptyTensorsAreNotHuge(shape: String) throws {
    let header = #"{"side1.weight":{"dtype":"F32","shape":[\#(shape)],"data_offsets":[0,0]}}"#
    let bytes = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8)
    let error = #expect(throws: CheckpointError.self) { try CheckpointFile.open(bytes: bytes, name: "empty") }
    #expect(error?.kind == .damaged && error?.reason.contains("is not possible") == true)
  }

  /// Reads everything in a file.
  private func use(_ bytes: [UInt8]) throws {
    switch try CheckpointFile.open(bytes: bytes, name: "damaged") {
    case .checkpoint(let checkpoint):
      for name in checkpoint.names { _ = try checkpoint.tensor(named: name) }
    case .onnx(let model):
      for name in model.parameters.names { _ = try model.parameters.tensor(named: name) }
      let shape = Shape(channels: model.name == "sizes" ? 2 : 3, height: 37, width: 45)
      try model.graph(for: shape).validate(model.parameters)
    }
  }

  private static func isClear(_ error: any Error) -> Bool {
    (error is CheckpointError || error is ParameterError) && !"\(error)".contains("\n")
  }
}
