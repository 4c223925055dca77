/// Reads files that `torch.save` writes since PyTorch 1.6: a zip archive with the pickle `NAME/data.pkl` and an
/// uncompressed entry `NAME/data/KEY` for each storage.
enum PyTorchZipReader {
  static func read(_ file: MappedFile) throws -> Checkpoint {
    let entries = try file.reading { bytes in
      let directory = try ZipDirectory(bytes).entries
      guard let pickle = directory.keys.filter({ $0.hasSuffix("/data.pkl") }).min(), let range = directory[pickle]
      else {
        throw FormatError(
          kind: .unrecognized, reason: "is a zip archive, but not one of PyTorch's; name a file of weights")
      }
      let folder = pickle.dropLast("data.pkl".count)
      guard directory["\(folder)constants.pkl"] == nil else {
        throw FormatError.unsupported("is a TorchScript program; save the network's state_dict instead")
      }
      if let order = directory["\(folder)byteorder"], !bytes[order].elementsEqual("little".utf8) {
        throw FormatError.unsupported("is big-endian; save it on a little-endian machine")
      }
      var machine = Unpickler(try ByteCursor(UnsafeRawBufferPointer(rebasing: bytes[range])))
      let root = try machine.run()
      return try PickledStateDict(root, in: machine).tensors.mapValues { tensor in
        let storage = tensor.storage
        guard let data = directory["\(folder)data/\(storage.key)"] else {
          throw FormatError.damaged("the storage '\(storage.key)' is missing")
        }
        guard storage.count <= data.count / (storage.elementType.byteCount ?? 1) else {
          throw FormatError.damaged(
            "the storage '\(storage.key)' has \(data.count) bytes, too few for \(storage.count) elements")
        }
        return tensor.stored(at: data.lowerBound)
      }
    }
    return Checkpoint(format: .pyTorchZip, file: file, metadata: [:], entries: entries)
  }
}
