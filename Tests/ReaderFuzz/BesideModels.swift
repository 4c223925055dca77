import Checkpoints
import Files
import Foundation
import TestSupport

/// A folder with the data files of the tests' ONNX models, in which changed models are opened.
enum BesideModels {
  private static let folder: String = {
    let folder = FileManager.default.temporaryDirectory.path + "/u2cl-fuzz-\(ProcessID.current)"
    let source = SharedFiles.packageRoot + "/Tests/CheckpointsTests/Fixtures/external"
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for name in (try? FileManager.default.contentsOfDirectory(atPath: source)) ?? [] where name.hasSuffix(".data") {
      try? FileManager.default.copyItem(atPath: "\(source)/\(name)", toPath: "\(folder)/\(name)")
    }
    atexit { BesideModels.remove() }
    return folder
  }()

  private static func remove() { try? FileManager.default.removeItem(atPath: folder) }

  /// Opens a model that lies beside the data files.
  static func open(_ bytes: [UInt8]) throws -> CheckpointFile {
    let path = FilePath("\(folder)/\(UInt64.random(in: 0...UInt64.max)).onnx")
    defer { path.remove() }
    try WholeFile.replace(path, through: path.adding(suffix: "-"), with: bytes)
    return try CheckpointFile.open(path)
  }
}
