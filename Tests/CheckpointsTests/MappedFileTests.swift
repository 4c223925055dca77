import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct MappedFileTests {
  private let folder = FileManager.default.temporaryDirectory.path

  @Test func aFileIsMapped() throws {
    let path = folder + "/u2cl-mapped-\(UUID().uuidString)"
    try Data([1, 2, 3]).write(to: URL(fileURLWithPath: path))
    let file = try MappedFile(path: path)
    try FileManager.default.removeItem(atPath: path)
    #expect(file.count == 3)
    #expect(file.withUnsafeBytes { Array($0) } == [1, 2, 3], "the bytes stay after the file is gone")
    #expect(file.name == path)
  }

  @Test func memoryIsTakenAsItIs() {
    let bytes: [UInt8] = [7, 8]
    #expect(MappedFile(name: "array", bytes: bytes).withUnsafeBytes { Array($0) } == bytes)
    bytes.withUnsafeBytes { memory in
      let file = MappedFile(name: "static", staticMemory: memory)
      #expect(file.withUnsafeBytes { $0.baseAddress == memory.baseAddress })
    }
  }

  @Test func failuresAreTold() throws {
    #expect(try kind(of: folder + "/u2cl-no-such-file") == .missing)
    #expect(try kind(of: folder) == .directory)
    #expect(try kind(of: "/dev/null") == .unreadable)
    let empty = folder + "/u2cl-empty-\(UUID().uuidString)"
    try Data().write(to: URL(fileURLWithPath: empty))
    defer { try? FileManager.default.removeItem(atPath: empty) }
    #expect(try kind(of: empty) == .empty)
    let error = #expect(throws: CheckpointError.self) { try CheckpointFile.open("no/such.pth") }
    #expect(error?.description == "no/such.pth: there is no such file; check the path")
  }

  /// After a tensor was copied, the memory of its bytes and their neighbours is released; all can be read again.
  @Test func tensorsAreReadAgain() throws {
    let checkpoint = try Fixtures.checkpoint("tiny_rsu4.safetensors")
    let first = try checkpoint.names.map { try checkpoint.tensor(named: $0) }
    #expect(!first.isEmpty && first.contains { $0.values.contains { $0 != 0 } })
    #expect(try checkpoint.names.map { try checkpoint.tensor(named: $0) } == first)
  }

  @Test func noBytesAndStrangeBytesAreTold() throws {
    let empty = #expect(throws: CheckpointError.self) { try CheckpointFile.open(bytes: [], name: "-") }
    #expect(empty?.kind == .empty)
    let strange = #expect(throws: CheckpointError.self) {
      try CheckpointFile.open(bytes: Array("GIF89a and more".utf8), name: "-")
    }
    #expect(strange?.kind == .unrecognized)
  }

  private func kind(of path: String) throws -> CheckpointError.Kind? {
    #expect(throws: CheckpointError.self) { try MappedFile(path: path) }?.kind
  }
}
