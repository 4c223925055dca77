/// Reads files that `torch.save` writes since PyTorch 1.6: a zip archive with the pickle `NAME/data.pkl` and an
/// uncompressed entry `NAME/data/KEY` for each storage.
enum PyTorchZipReader {
  /// Refuses archives of PyTorch that hold a program and not a dictionary of tensors.
  private static func checkKind(of directory: ZipDirectory) throws {
    let advice = "save the state dict instead: torch.save(model.state_dict(), 'weights.pth')"
    if directory.contains(where: { $0.hasSuffix("/constants.pkl") || $0.contains("/code/__torch__") }) {
      throw FormatError.unsupported("is a TorchScript archive; \(advice)")
    }
    let exported = ["serialized_exported_program.json", "archive_format"]
    if directory.contains(where: { name in exported.contains { name == $0 || name.hasSuffix("/" + $0) } }) {
      throw FormatError.unsupported("is a program of torch.export; \(advice)")
    }
  }

  static func read(_ file: MappedFile) throws -> Checkpoint {
    let entries = try file.reading { bytes in
      let directory = try ZipDirectory(bytes)
      try checkKind(of: directory)
      let pickles = (Array(directory.entries.keys) + directory.compressed).filter { $0.hasSuffix("/data.pkl") }
      guard let pickle = pickles.min(), let range = try directory.range(of: pickle) else {
        throw FormatError(
          kind: .unrecognized, reason: "is a zip archive, but not one of PyTorch's; name a file of weights")
      }
      let folder = pickle.dropLast("data.pkl".count)
      if let order = try directory.range(of: "\(folder)byteorder"), !bytes[order].elementsEqual("little".utf8) {
        throw FormatError.unsupported("is big-endian; save it on a little-endian machine")
      }
      var machine = Unpickler(try ByteCursor(UnsafeRawBufferPointer(rebasing: bytes[range])))
      let root = try machine.run()
      return try PickledStateDict(root, in: machine).tensors.mapValues { tensor in
        let storage = tensor.storage
        guard let data = try directory.range(of: "\(folder)data/\(storage.key)") else {
          throw FormatError.damaged("the storage '\(storage.key)' is missing")
        }
        guard storage.count <= data.count / (storage.elementType.byteCount ?? 1) else {
          throw FormatError.damaged(
            "the storage '\(storage.key)' has \(data.count) bytes, too few for \(storage.count) elements")
        }
        return tensor.stored(at: data.lowerBound)
      }
    }
    return try Checkpoint(format: .pyTorchZip, file: file, metadata: [:], entries: entries)
  }
}
