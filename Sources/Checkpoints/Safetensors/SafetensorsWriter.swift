public import Tensors

/// Writes tensors as safetensors: float32, sorted by name, so that the same weights always give the same bytes.
public enum SafetensorsWriter {
  /// The whole file in memory.
  ///
  /// - Throws: what reading a tensor threw.
  public static func bytes(of source: some ParameterSource, metadata: [String: String] = [:]) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try write(source, metadata: metadata) { bytes.append(contentsOf: $0) }
    return bytes
  }

  /// Hands the file to `emit` piece by piece, one tensor at a time.
  ///
  /// - Throws: what reading a tensor or `emit` threw.
  public static func write(
    _ source: some ParameterSource, metadata: [String: String] = [:],
    to emit: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let names = source.names
    let header = try self.header(names, source, metadata)
    try withUnsafeBytes(of: UInt64(header.count).littleEndian) { try emit($0) }
    try header.withUnsafeBytes { try emit($0) }
    for name in names {
      try source.tensor(named: name).values.withUnsafeBytes { try emit($0) }
    }
  }

  /// The JSON, padded with spaces so that the data begins at a multiple of eight bytes.
  private static func header(
    _ names: [String], _ source: some ParameterSource, _ metadata: [String: String]
  ) throws -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
      members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    for name in names {
      guard let shape = source.shape(of: name) else { throw MissingParameter(name: name) }
      let end = offset + shape.elementCount * MemoryLayout<Float>.size
      let extents = shape.dimensions.map(String.init).joined(separator: ",")
      members.append("\(quoted(name)):{\"dtype\":\"F32\",\"shape\":[\(extents)],\"data_offsets\":[\(offset),\(end)]}")
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
