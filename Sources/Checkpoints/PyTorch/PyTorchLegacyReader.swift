/// Reads files that `torch.save` wrote before PyTorch 1.6: pickles of a magic number, a version, facts about the
/// machine, the object and the list of its storages' keys; then, for each key, a 64-bit count of elements and the
/// elements.
enum PyTorchLegacyReader {
  /// 0x1950a86a20f9469cfc6c, in the pickle's byte order.
  private static let magic: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
  private static let version = 1001

  /// Whether the bytes begin with a pickle of the magic number.
  static func recognizes(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count > 2, bytes[0] == 0x80 else { return false }
    // In a pickle of protocol 4 the length of a frame comes before the number.
    return (0...20).contains { bytes.dropFirst($0).starts(with: magic) }
  }

  static func read(_ file: MappedFile) throws -> Checkpoint {
    let entries = try file.reading { bytes in
      var cursor = try ByteCursor(bytes)
      _ = try next(&cursor)
      guard case .integer(version) = try next(&cursor).root else {
        throw FormatError.unsupported("is of a version of PyTorch's old format other than \(version); save it again")
      }
      try checkByteOrder(next(&cursor))
      let (root, machine) = try next(&cursor)
      let tensors = try PickledStateDict(root, in: machine).tensors
      let starts = try storages(of: machine, keys: next(&cursor), at: cursor)
      return try tensors.mapValues { tensor in
        guard let start = starts[tensor.storage.key] else {
          throw FormatError.damaged("the storage '\(tensor.storage.key)' is missing")
        }
        return tensor.stored(at: start)
      }
    }
    return try Checkpoint(format: .pyTorchLegacy, file: file, metadata: [:], entries: entries)
  }

  private typealias Pickle = (root: PickleValue, machine: Unpickler)

  /// Runs the pickle at the cursor and moves past it.
  private static func next(_ cursor: inout ByteCursor) throws -> Pickle {
    var machine = Unpickler(cursor)
    let root = try machine.run()
    cursor = try ByteCursor(cursor.bytes, at: machine.position)
    return (root, machine)
  }

  private static func checkByteOrder(_ facts: Pickle) throws {
    guard case .dictionary(let index) = facts.root else {
      throw FormatError.damaged("the facts about the machine are missing")
    }
    for case (.string("little_endian"), .bool(false)) in facts.machine.dictionaries[index] {
      throw FormatError.unsupported("is big-endian; save it on a little-endian machine")
    }
  }

  /// The position of each storage's first element. The storages follow each other in the order of the keys.
  private static func storages(of machine: Unpickler, keys: Pickle, at start: ByteCursor) throws -> [String: Int] {
    guard case .list(let list) = keys.root else { throw FormatError.damaged("the list of storages is missing") }
    let known = Dictionary(machine.storages.map { ($0.key, $0) }) { first, _ in first }
    for storage in machine.storages where known[storage.key] != storage {
      throw FormatError.damaged("the storage '\(storage.key)' is described in two ways")
    }
    var cursor = start
    var starts: [String: Int] = [:]
    for case .string(let key) in keys.machine.sequences[list] {
      guard let storage = known[key], let size = storage.elementType.byteCount else {
        throw FormatError.damaged("the storage '\(key)' belongs to no tensor")
      }
      let count: Int64 = try cursor.integer()
      guard count == storage.count, storage.count <= cursor.remaining / size else {
        throw FormatError.damaged(
          "the storage '\(key)' should have \(storage.count) elements; the file is cut short or damaged")
      }
      starts[key] = try cursor.skip(storage.count * size).lowerBound
    }
    return starts
  }
}
