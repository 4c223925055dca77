import JSON
import Tensors

/// Reads safetensors: eight bytes with the header's length, a JSON header of names, types, shapes and offsets, then the
/// elements.
///
/// Source: the format's README (huggingface/safetensors). As there, the tensors must fill the data without gaps or
/// overlaps, which also finds a name that occurs twice.
struct SafetensorsReader {
  /// The longest header that is accepted, in bytes; the limit of the original implementation.
  static let longestHeader = 100_000_000

  private let file: MappedFile

  static func read(_ file: MappedFile) throws -> Checkpoint { try SafetensorsReader(file: file).checkpoint() }

  /// Whether the bytes begin as safetensors do: a plausible length and an opening brace.
  static func recognizes(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count >= 9 && bytes[8] == UInt8(ascii: "{")
      && bytes.loadUnaligned(as: UInt64.self).littleEndian <= UInt64(longestHeader)
  }

  private func checkpoint() throws -> Checkpoint {
    let (header, start) = try header()
    var entries: [String: StoredTensor] = [:]
    for (name, claim) in header.tensors {
      entries[name] = try entry(name, claim, start: start)
    }
    try checkThatTensorsFill(start..<file.count, header.tensors)
    return try Checkpoint(format: .safetensors, file: file, metadata: header.metadata, entries: entries)
  }

  private func header() throws -> (SafetensorsHeader, start: Int) {
    try file.withUnsafeBytes { bytes in
      guard bytes.count >= 8 else { throw damaged("ends within the first eight bytes, which hold the header's length") }
      let length = bytes.loadUnaligned(as: UInt64.self).littleEndian
      guard length <= UInt64(Self.longestHeader) else {
        throw damaged("claims a header of \(length) bytes; the limit is \(Self.longestHeader)")
      }
      let end = 8 + Int(length)
      guard end <= bytes.count else {
        throw damaged("claims a header of \(length) bytes, but only \(bytes.count - 8) follow")
      }
      do {
        return (try JSON.decode(SafetensorsHeader.self, from: bytes[8..<end]), end)
      } catch let error as DecodingError {
        throw damaged("the header is not a valid one of safetensors: \(error.brief)")
      }
    }
  }

  private func entry(_ name: String, _ claim: SafetensorsHeader.Claim, start: Int) throws -> StoredTensor {
    let place = "tensor '\(name)'"
    guard claim.offsets.count == 2, 0 <= claim.offsets[0], claim.offsets[0] <= claim.offsets[1],
      claim.offsets[1] <= file.count - start
    else {
      throw damaged("its offsets \(claim.offsets) do not lie in the \(file.count - start) bytes of data", at: place)
    }
    guard let count = checkedElementCount(claim.shape) else {
      throw damaged("its shape \(claim.shape) is not possible", at: place)
    }
    let type = ElementType(safetensorsName: claim.type)
    let length = claim.offsets[1] - claim.offsets[0]
    if let size = type.byteCount {
      let (needed, overflow) = count.multipliedReportingOverflow(by: size)
      guard !overflow, needed == length else {
        throw damaged("\(claim.shape) of \(type) does not fill its \(length) bytes", at: place)
      }
    }
    return StoredTensor(
      elementType: type, shape: Shape(claim.shape), location: start + claim.offsets[0]..<start + claim.offsets[1])
  }

  private func checkThatTensorsFill(_ data: Range<Int>, _ claims: [String: SafetensorsHeader.Claim]) throws {
    var filled = 0
    for (name, claim) in claims.sorted(by: { ($0.value.offsets, $0.key) < ($1.value.offsets, $1.key) }) {
      guard claim.offsets[0] == filled else {
        let what = claim.offsets[0] < filled ? "overlaps the tensor before it" : "leaves a gap before it"
        throw damaged(
          "it begins at byte \(claim.offsets[0]) and \(what), which ends at \(filled)", at: "tensor '\(name)'")
      }
      filled = claim.offsets[1]
    }
    guard filled == data.count else {
      throw damaged("the tensors take \(filled) of \(data.count) bytes; the rest belongs to none of them")
    }
  }

  private func damaged(_ reason: String, at place: String? = nil) -> CheckpointError {
    FormatError.damaged(reason).inFile(file.name, place: place)
  }
}

private func < (left: ([Int], String), right: ([Int], String)) -> Bool {
  left.0 == right.0 ? left.1 < right.1 : left.0.lexicographicallyPrecedes(right.0)
}

/// The JSON of the header: an object for each tensor, and `__metadata__`.
struct SafetensorsHeader: Decodable {
  /// What the header states about one tensor.
  struct Claim: Decodable {
    let type: String
    let shape: [Int]
    /// The first byte and the one after the last, counted from the end of the header.
    let offsets: [Int]

    enum CodingKeys: String, CodingKey {
      case type = "dtype"
      case shape
      case offsets = "data_offsets"
    }
  }

  var tensors: [String: Claim] = [:]
  var metadata: [String: String] = [:]

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Name.self)
    for key in container.allKeys {
      if key.stringValue == "__metadata__" {
        metadata = try container.decode([String: String].self, forKey: key)
      } else {
        tensors[key.stringValue] = try container.decode(Claim.self, forKey: key)
      }
    }
  }

  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}

extension DecodingError {
  /// The key and what is wrong there, without names of Swift types.
  fileprivate var brief: String {
    let context: Context? =
      switch self {
      case .dataCorrupted(let context), .keyNotFound(_, let context), .typeMismatch(_, let context),
        .valueNotFound(_, let context):
        context
      @unknown default: nil
      }
    guard let context else { return "unreadable JSON" }
    let path = context.codingPath.map(\.stringValue).joined(separator: ".")
    return path.isEmpty ? context.debugDescription : "at '\(path)': \(context.debugDescription)"
  }
}
