public import Tensors

/// Writes tensors as safetensors, wider types first, and sorted by name within a type. The same weights always give the
/// same bytes, and every element is at a multiple of its size.
public enum SafetensorsWriter {
  /// The precision that tensors are stored in.
  public enum Storage: Sendable {
    /// Every tensor as float32.
    case single
    /// Tensors of two axes and more as float16, and vectors as float32: they are a hundredth of a network, and their
    /// statistics may exceed float16. A tensor with such a value stays float32, too.
    case half
  }

  /// The bytes of the whole file.
  ///
  /// - Throws: what reading a tensor throws.
  public static func bytes(
    of source: some ParameterSource, metadata: [String: String] = [:], storage: Storage = .single
  ) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try write(source, metadata: metadata, storage: storage) { bytes.append(contentsOf: $0) }
    return bytes
  }

  /// Calls `emit` with the bytes of the file, one tensor at a time.
  ///
  /// - Throws: what reading a tensor or `emit` throws.
  public static func write(
    _ source: some ParameterSource, metadata: [String: String] = [:], storage: Storage = .single,
    to emit: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let halves = storage == .half ? try Set(source.names.filter { try fitsHalf($0, in: source) }) : []
    let names = source.names.filter { !halves.contains($0) } + source.names.filter(halves.contains)
    let header = try self.header(names, source, metadata, halves: halves)
    try withUnsafeBytes(of: UInt64(header.count).littleEndian) { try emit($0) }
    try header.withUnsafeBytes { try emit($0) }
    for name in names {
      let values = try source.tensor(named: name).values
      if halves.contains(name) {
        try values.map { Float16($0).bitPattern.littleEndian }.withUnsafeBytes { try emit($0) }
      } else {
        try values.withUnsafeBytes { try emit($0) }
      }
    }
  }

  private static func fitsHalf(_ name: String, in source: some ParameterSource) throws -> Bool {
    guard let shape = source.shape(of: name), shape.rank > 1 else { return false }
    return try source.tensor(named: name).values.allSatisfy { abs($0) <= Float(Float16.greatestFiniteMagnitude) }
  }

  /// The JSON header, padded with spaces so that the data begins at a multiple of eight bytes.
  private static func header(
    _ names: [String], _ source: some ParameterSource, _ metadata: [String: String], halves: Set<String>
  ) throws -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
      members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    for name in names {
      guard let shape = source.shape(of: name) else { throw MissingParameter(name: name) }
      let type: ElementType = halves.contains(name) ? .float16 : .float32
      let end = offset + shape.elementCount * (type.byteCount ?? 0)
      let extents = shape.dimensions.map(String.init).joined(separator: ",")
      members.append(
        "\(quoted(name)):{\"dtype\":\"\(type)\",\"shape\":[\(extents)],\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    let json = Array("{\(members.joined(separator: ","))}".utf8)
    return json + Array(repeating: UInt8(ascii: " "), count: (8 - json.count % 8) % 8)
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{0}"..."\u{1F}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
