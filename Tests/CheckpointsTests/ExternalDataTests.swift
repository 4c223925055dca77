import Checkpoints
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

/// Weights in a file beside the model are read if that file is in the model's own folder and as long as it should be.
@Suite struct ExternalDataTests {
  private let expected = Tensor(shape: [3, 2, 3, 3], values: (0..<54).map { Float($0) })

  @Test(arguments: ["good", "no_length"]) func weightsBesideTheModelAreMapped(name: String) throws {
    let model = try Fixtures.model("external/\(name).onnx")
    #expect(try model.parameters.tensor(named: "w") == expected)
    #expect(model.parameters.entries["w"]?.location == 16..<232)
    #expect(model.parameters.externalFiles.map(\.count) == [232])
    try model.graph(for: Shape(channels: 2, height: 4, width: 6)).validate(model.parameters)
  }

  @Test(arguments: [
    ("short", CheckpointError.Kind.damaged, "has 100 bytes, too few for 216 at 16"),
    ("wrong_length", .damaged, "needs 216 bytes, but it states 212"),
    ("bad_offset", .damaged, "its offset is '-4'"),
    ("huge_offset", .damaged, "too few for 216"),
    ("missing", .missing, "'missing.onnx.data', which is not beside the model"),
    ("above", .refused, "no file beside the model"), ("inside_out", .refused, "no file beside the model"),
    ("absolute", .refused, "'/etc/passwd', which is no file beside the model"),
    ("url", .refused, "no file beside the model"), ("folder", .refused, "leaves the folder"),
    ("unnamed", .refused, "no file beside the model"),
  ])
  func otherFilesAreRefused(name: String, kind: CheckpointError.Kind, words: String) throws {
    let error = #expect(throws: CheckpointError.self) { try Fixtures.model("external/\(name).onnx") }
    #expect(error?.kind == kind && error?.place == "tensor 'w'", "\(String(describing: error))")
    #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    #expect(error?.description.contains("\n") == false)
  }

  @Test func bytesInMemoryHaveNoFolder() throws {
    let error = #expect(throws: CheckpointError.self) {
      try CheckpointFile.open(bytes: Fixtures.bytes("external/good.onnx"), name: "memory")
    }
    #expect(error?.description.contains("open the model by its path") == true, "\(String(describing: error))")
  }

  /// A link is followed within the folder, and where the model itself is a link into the same folder.
  @Test func linksMustNotLeaveTheFolder() throws {
    let manager = FileManager.default
    let folder = manager.temporaryDirectory.appendingPathComponent("u2cl-links-\(UUID().uuidString)")
    defer { try? manager.removeItem(at: folder) }
    let (blobs, snapshot) = (folder.appendingPathComponent("blobs"), folder.appendingPathComponent("snapshot"))
    for made in [blobs, snapshot] { try manager.createDirectory(at: made, withIntermediateDirectories: true) }
    for (name, blob) in [("good.onnx", "1"), ("good.onnx.data", "2")] {
      try Data(Fixtures.bytes("external/" + name)).write(to: blobs.appendingPathComponent(blob))
    }
    let (model, data) = (
      snapshot.appendingPathComponent("good.onnx"), snapshot.appendingPathComponent("good.onnx.data")
    )
    try manager.createSymbolicLink(at: data, withDestinationURL: blobs.appendingPathComponent("2"))
    try Data(Fixtures.bytes("external/good.onnx")).write(to: model)
    let error = #expect(throws: CheckpointError.self) { try CheckpointFile.open(model.path) }
    #expect(error?.kind == .refused && error?.description.contains("a link that leaves the folder") == true)

    try manager.removeItem(at: model)
    try manager.createSymbolicLink(at: model, withDestinationURL: blobs.appendingPathComponent("1"))
    #expect(try Fixtures.onnx(CheckpointFile.open(model.path)).parameters.tensor(named: "w") == expected)
  }
}
