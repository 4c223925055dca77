import Checkpoints
import Foundation
import TestSupport

/// The small files that `Fixtures/make_fixtures.py` makes.
enum Fixtures {
  static let folder = SharedFiles.packageRoot + "/Tests/CheckpointsTests/Fixtures/"

  static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: folder + name)))
  }

  static func checkpoint(_ name: String) throws -> Checkpoint { try named(CheckpointFile.open(folder + name)) }

  static func model(_ name: String) throws -> ONNXModel { try onnx(CheckpointFile.open(folder + name)) }

  static func named(_ file: CheckpointFile) throws -> Checkpoint {
    guard case .checkpoint(let checkpoint) = file else { throw Unexpected(what: "an ONNX model") }
    return checkpoint
  }

  static func onnx(_ file: CheckpointFile) throws -> ONNXModel {
    guard case .onnx(let model) = file else { throw Unexpected(what: "named tensors") }
    return model
  }
}

/// A result that a test does not expect.
struct Unexpected: Error { let what: String }
