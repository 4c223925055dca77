import Files
import TestSupport

/// Safetensors: the length of the header, the header in JSON, then the elements.
enum SafetensorsFormat: PartedFormat {
  /// Parts of headers, and text that confuses readers of JSON.
  static let words: [[UInt8]] = [
    "{", "}", "[", "]", ",", ":", "\"", "\\u0000", "\\ud800", "null", "true", "-1", "1e400", "9223372036854775808",
    "\"dtype\":\"F16\"", "\"F32\"", "\"I8\"", "\"BOOL\"", "\"F8_E4M3\"", "\"shape\":[]", "\"shape\":[0]",
    "[4611686018427387904,4611686018427387904,0]", "[0,4611686018427387904,4611686018427387904]",
    "\"data_offsets\":[0,0]", "[9223372036854775807,0,3,3]", "\"__metadata__\":{}", "\"module.\"", "\"side1.weight\"",
    String(repeating: "[", count: 600),
    String(repeating: "{\"a\":", count: 600),
  ].map { Array($0.utf8) }

  static func parts(of bytes: [UInt8]) -> [Part]? {
    guard let length = UInt64(littleEndian: bytes, at: 0), length <= UInt64(bytes.count - 8) else { return nil }
    let start = 8 + Int(length)
    return [Part(tag: [], content: Array(bytes[8..<start])), Part(tag: [], content: Array(bytes[start...]))]
  }

  static func joined(_ parts: [Part]) -> [UInt8] {
    UInt64(parts.first?.content.count ?? 0).littleEndianBytes + parts.flatMap(\.content)
  }
}

/// Zip: uncompressed entries and a directory of their positions.
enum ZipFormat: PartedFormat {
  static func parts(of bytes: [UInt8]) -> [Part]? {
    guard let end = bytes.indices.reversed().first(where: { bytes[$0...].starts(with: [0x50, 0x4B, 5, 6]) }),
      let count = UInt16(littleEndian: bytes, at: end + 10), let start = UInt32(littleEndian: bytes, at: end + 16)
    else { return nil }
    var place = Int(start)
    return (0..<count).reduce(into: []) { parts, _ in
      guard let size = UInt32(littleEndian: bytes, at: place + 24),
        let name = UInt16(littleEndian: bytes, at: place + 28),
        let extra = UInt16(littleEndian: bytes, at: place + 30),
        let local = UInt32(littleEndian: bytes, at: place + 42),
        let localName = UInt16(littleEndian: bytes, at: Int(local) + 26),
        let localExtra = UInt16(littleEndian: bytes, at: Int(local) + 28)
      else { return }
      let data = Int(local) + 30 + Int(localName) + Int(localExtra)
      guard place + 46 + Int(name) <= bytes.count, data + Int(size) <= bytes.count else { return }
      parts.append(
        Part(tag: Array(bytes[place + 46..<place + 46 + Int(name)]), content: Array(bytes[data..<data + Int(size)])))
      place += 46 + Int(name) + Int(extra)
    }
  }

  static func joined(_ parts: [Part]) -> [UInt8] {
    var (file, directory): ([UInt8], [UInt8]) = ([], [])
    for part in parts {
      let size = UInt32(part.content.count).littleEndianBytes
      let common =
        [UInt8](repeating: 0, count: 14) + size + size + UInt16(truncatingIfNeeded: part.tag.count).littleEndianBytes
      directory += [0x50, 0x4B, 1, 2, 0, 0] + common + [UInt8](repeating: 0, count: 12)
      directory += UInt32(file.count).littleEndianBytes + part.tag
      file += [0x50, 0x4B, 3, 4] + common + [0, 0] + part.tag + part.content
    }
    let count = UInt16(truncatingIfNeeded: parts.count).littleEndianBytes
    let place = UInt32(directory.count).littleEndianBytes + UInt32(file.count).littleEndianBytes
    return file + directory + [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + count + count + place + [0, 0]
  }

  /// Parts of pickles.
  static let words: [[UInt8]] =
    [
      [0x80, 2], [0x28], [0x30], [0x31], [0x32], [0x4E], [0x29], [0x74], [0x85], [0x86], [0x87], [0x5D], [0x61], [0x65],
      [0x7D], [0x73], [0x75], [0x71, 0], [0x94], [0x68, 0], [0x6A, 0, 0, 0, 0], [0x52], [0x62], [0x51], [0x2E],
      [0x8A, 8, 0, 0, 0, 0, 0, 0, 0, 0x40], [0x8A, 8, 255, 255, 255, 255, 255, 255, 255, 0x7F], [0x8A, 0], [0x8A, 255],
      [0x4A, 0, 0, 0, 0x80], [0x58, 255, 255, 255, 255], [0x8D] + [UInt8](repeating: 255, count: 8),
      Array("ccollections\nOrderedDict\n".utf8), Array("ctorch._utils\n_rebuild_tensor_v2\n".utf8),
      Array("ctorch\nBoolStorage\n".utf8), Array("cos\nsystem\n".utf8), [0x32, 0x61], [0x5D, 0x32, 0x61],
    ] + [[0x7D], [0x5D], [0x29], [0x28], [0x32]].map { Array(repeating: $0[0], count: 5000) }
}

/// ONNX: numbered fields in Protocol Buffers' encoding; fields that hold messages are changed field by field.
enum WireFormat: PartedFormat {
  static let words: [[UInt8]] =
    [
      [0], [1], [0x7F], [0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [UInt8](repeating: 0xFF, count: 9) + [1],
      [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40], [UInt8](repeating: 0xFF, count: 12),
    ]
    + [
      "Conv", "Relu", "Concat", "Resize", "Upsample", "Shape", "Gather", "Slice", "Unsqueeze", "Squeeze", "Cast",
      "Reshape", "Add", "Mul", "Div", "Floor", "Constant", "ConstantOfShape", "Range", "MaxPool", "Sigmoid", "axes",
      "QuantizeLinear",
      "DequantizeLinear", "DynamicQuantizeLinear", "ConvInteger", "QLinearConv", "Transpose", "ReduceMax", "ReduceMin",
      "Sub", "Greater", "Where", "Not", "Clip", "Round", "perm", "location", "offset", "length", "good.onnx.data",
      "starts", "ends", "steps", "pads", "dilations", "kernel_shape", "strides", "group", "to", "axis", "value", "",
    ].map { Array($0.utf8) }

  static func parts(of bytes: [UInt8]) -> [Part]? {
    var parts: [Part] = []
    var place = 0
    while place < bytes.count {
      let start = place
      guard let tag = varint(bytes, &place), tag >> 3 > 0, tag >> 3 < 1 << 20 else { return nil }
      let head = Array(bytes[start..<place])
      let content = place
      switch tag & 7 {
      case 0: guard varint(bytes, &place) != nil else { return nil }
      case 1: place += 8
      case 5: place += 4
      case 2:
        guard let length = varint(bytes, &place), length <= UInt64(bytes.count - place) else { return nil }
        parts.append(Part(tag: head, content: Array(bytes[place..<place + Int(length)])))
        place += Int(length)
        continue
      default: return nil
      }
      guard place <= bytes.count else { return nil }
      parts.append(Part(tag: head, content: Array(bytes[content..<place])))
    }
    return parts
  }

  static func joined(_ parts: [Part]) -> [UInt8] {
    parts.flatMap { part in
      part.tag + ((part.tag.first ?? 0) & 7 == 2 ? bytes(ofVarint: part.content.count) : []) + part.content
    }
  }

  static func mutateInside(
    _ part: inout Part, words: [[UInt8]], donor: [UInt8], using generator: inout SeededGenerator
  ) -> Bool {
    // Short texts may look like messages, and messages like texts, so both are tried.
    guard (part.tag.first ?? 0) & 7 == 2, part.content.count > 2, parts(of: part.content) != nil,
      Int.random(in: 0..<8, using: &generator) > 0
    else { return false }
    mutate(&part.content, words: words, donor: donor, using: &generator)
    return true
  }

  private static func varint(_ bytes: [UInt8], _ place: inout Int) -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard place < bytes.count else { return nil }
      let byte = bytes[place]
      place += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return value }
    }
    return nil
  }

  private static func bytes(ofVarint value: Int) -> [UInt8] {
    var (rest, bytes): (Int, [UInt8]) = (value, [])
    repeat {
      bytes.append(UInt8(rest & 0x7F) | (rest > 0x7F ? 0x80 : 0))
      rest >>= 7
    } while rest > 0
    return bytes
  }
}
