internal import HTTPTypes
internal import PictureService
internal import U2Net

/// A request of the Open Inference Protocol, version 2, with the extension for binary tensor data.
struct InferenceRequest: Sendable {
  /// The picture of a request.
  enum Input: Sendable {
    /// An encoded picture.
    case file([UInt8])
    /// Red, green and blue, `[height, width, 3]`.
    case pixels(Size, [UInt8])
  }

  /// The tensors that a request may ask for.
  enum Output: String, CaseIterable, Sendable {
    /// The mask, UINT8 `[1, height, width, 1]`.
    case mask
    /// The network's main map, FP32 `[1, channels, height, width]` of the network.
    case map
    /// The cut-out as a PNG file, BYTES `[1]`.
    case image
  }

  /// The client's name for the request; nil if it has none.
  let id: String?
  let input: Input
  /// The tensors that are asked for, and whether each is sent as binary data.
  let outputs: [(output: Output, isBinary: Bool)]

  /// Reads the body of a request.
  ///
  /// - Parameters:
  ///   - body: JSON, and binary data behind it.
  ///   - headerLength: the length of the JSON, if there is binary data.
  /// - Throws: `Refusal` that says what is wrong.
  init(_ body: [UInt8], headerLength: Int?) throws(Refusal) {
    let length = headerLength ?? body.count
    guard (0...body.count).contains(length) else {
      throw .badRequest("Inference-Header-Content-Length is longer than the body")
    }
    let message = try Self.message(body[..<length])
    id = message.id
    input = try Self.input(of: message, body[length...])
    outputs = try Self.outputs(of: message)
  }

  /// Numbers in JSON take some fifty times their size in memory while they are read.
  private static let most = 1 << 20

  private static func message(_ bytes: ArraySlice<UInt8>) throws(Refusal) -> InferenceMessage {
    guard bytes.count(where: { $0 == UInt8(ascii: ",") }) < most else {
      throw .tooLarge("the JSON has more than \(most) values; send pixels as binary data")
    }
    do { return try JSONText.decode(InferenceMessage.self, from: bytes) } catch {
      throw .badRequest("the body is no inference request: JSON with inputs, each with name, shape and datatype")
    }
  }

  private static func input(of message: InferenceMessage, _ data: ArraySlice<UInt8>) throws(Refusal) -> Input {
    guard message.inputs.count == 1, let tensor = message.inputs.first else {
      throw .badRequest("inputs: send one tensor, image or pixels")
    }
    if let parameters = tensor.parameters, parameters.keys.contains(where: { $0 != "binary_data_size" }) {
      throw .badRequest("inputs: the only parameter of a tensor is binary_data_size")
    }
    let size = try tensor.parameters?["binary_data_size"].map { value throws(Refusal) in
      guard case .integer(let size) = value else { throw .badRequest("binary_data_size is no integer") }
      return size
    }
    guard data.count == size ?? 0 else { throw .badRequest("the binary data has another length than is stated") }
    guard (size == nil) != (tensor.data == nil) else {
      throw .badRequest("inputs: a tensor has either data or binary_data_size")
    }
    let binary = size.map { _ in Array(data) }
    switch (tensor.name, tensor.datatype) {
    case ("image", "BYTES"): return .file(try file(tensor, binary))
    case ("pixels", "UINT8"): return try pixels(tensor, binary)
    default:
      throw .badRequest(
        "inputs: there are image, BYTES [1], and pixels, UINT8 [1, height, width, 3]; the network's own tensor is not "
          + "taken, because the server prepares pictures itself")
    }
  }

  /// The file in a tensor of one element: the bytes, or their base64.
  private static func file(_ tensor: InferenceMessage.Tensor, _ binary: [UInt8]?) throws(Refusal) -> [UInt8] {
    guard tensor.shape.allSatisfy({ $0 == 1 }) else { throw .badRequest("image has the shape [1]: one picture") }
    let element: [UInt8]
    if let binary {
      let length = binary.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
      guard binary.count >= 4, binary.count == 4 + length else {
        throw .badRequest("image: the binary data is no length in 4 bytes and so many bytes")
      }
      element = Array(binary[4...])
    } else {
      guard case .texts(let texts) = tensor.data, texts.count == 1 else {
        throw .badRequest("image: data is a list of one text in base64")
      }
      element = Array(texts[0].utf8)
    }
    if let decoded = try? Base64Text.bytes(element, element.count), !decoded.isEmpty { return decoded }
    guard binary != nil else { throw .badRequest("image: data is a list of one text in base64") }
    return element
  }

  private static func pixels(_ tensor: InferenceMessage.Tensor, _ binary: [UInt8]?) throws(Refusal) -> Input {
    let shape = tensor.shape
    guard shape.count == 4, shape[0] == 1, shape[3] == 3, (1...65535).contains(shape[1]),
      (1...65535).contains(shape[2])
    else { throw .badRequest("pixels has the shape [1, height, width, 3]: one picture, red, green and blue") }
    var values = binary
    if case .bytes(let bytes) = tensor.data { values = bytes }
    guard let values, values.count == shape[1] * shape[2] * 3 else {
      throw .badRequest("pixels: the data are not as many numbers of 0 to 255 as the shape says")
    }
    return .pixels(Size(height: shape[1], width: shape[2]), values)
  }

  private static func outputs(of message: InferenceMessage) throws(Refusal) -> [(Output, Bool)] {
    if let parameters = message.parameters, parameters.keys.contains(where: { $0 != "binary_data_output" }) {
      throw .badRequest("parameters: the only one that can be heeded is binary_data_output")
    }
    let standard = message.parameters?["binary_data_output"] == .truth(true)
    guard let requested = message.outputs, !requested.isEmpty else { return [(.mask, standard)] }
    var outputs: [(Output, Bool)] = []
    for tensor in requested {
      if let parameters = tensor.parameters, parameters.keys.contains(where: { $0 != "binary_data" }) {
        throw .badRequest("outputs: the only parameter of a tensor that can be heeded is binary_data")
      }
      guard let output = Output(rawValue: tensor.name), !outputs.contains(where: { $0.0 == output }) else {
        throw .badRequest("outputs: there are mask, map and image, each once")
      }
      outputs.append((output, tensor.parameters?["binary_data"].map { $0 == .truth(true) } ?? standard))
    }
    return outputs
  }
}

/// The JSON of a request.
private struct InferenceMessage: Decodable {
  struct Tensor: Decodable {
    let name: String
    let shape: [Int]
    let datatype: String
    let parameters: [String: Scalar]?
    let data: TensorData?
  }

  struct Requested: Decodable {
    let name: String
    let parameters: [String: Scalar]?
  }

  enum Scalar: Decodable, Equatable {
    case truth(Bool)
    case integer(Int)
    case text(String)
    case number(Double)

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let truth = try? value.decode(Bool.self) {
        self = .truth(truth)
      } else if let integer = try? value.decode(Int.self) {
        self = .integer(integer)
      } else if let text = try? value.decode(String.self) {
        self = .text(text)
      } else {
        self = .number(try value.decode(Double.self))
      }
    }
  }

  /// The elements of a tensor in row-major order, flat or nested as the shape.
  enum TensorData: Decodable {
    case texts([String])
    case bytes([UInt8])
    /// Anything else, such as numbers of another type.
    case other

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let texts = try? value.decode([String].self) {
        self = .texts(texts)
      } else if let bytes = try? value.decode([UInt8].self) {
        self = .bytes(bytes)
      } else if let texts = try? value.decode([[String]].self) {
        self = .texts(texts.flatMap(\.self))
      } else if let bytes = try? value.decode([[[[UInt8]]]].self) {
        self = .bytes(bytes.flatMap { $0.flatMap { $0.flatMap(\.self) } })
      } else {
        self = .other
      }
    }
  }

  let id: String?
  let parameters: [String: Scalar]?
  let inputs: [Tensor]
  let outputs: [Requested]?
}

/// The tensors of an answer.
struct InferenceAnswer {
  /// A tensor.
  struct Tensor: Sendable {
    let name: String
    let datatype: String
    let shape: [Int]
    /// The elements as binary data.
    let bytes: [UInt8]
    /// The elements as JSON writes them, separated by commas.
    let text: @Sendable () -> [UInt8]
    let isBinary: Bool
  }

  let id: String?
  let model: String
  let tensors: [Tensor]

  /// The answer, with binary data behind the JSON if a tensor is sent so.
  func reply() throws(Refusal) -> Reply {
    var json = Array("{\"model_name\":".utf8) + (try quoted(model)) + Array(",\"model_version\":\"1\"".utf8)
    if let id { json += Array(",\"id\":".utf8) + (try quoted(id)) }
    json += ",\"outputs\":[".utf8
    for (number, tensor) in tensors.enumerated() {
      if number > 0 { json.append(UInt8(ascii: ",")) }
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      json += "{\"name\":\"\(tensor.name)\",\"datatype\":\"\(tensor.datatype)\",\"shape\":[\(shape)],".utf8
      if tensor.isBinary {
        json += "\"parameters\":{\"binary_data_size\":\(tensor.bytes.count)}}".utf8
      } else {
        json += Array("\"data\":[".utf8) + tensor.text() + Array("]}".utf8)
      }
    }
    json += "]}".utf8
    let binary = tensors.filter(\.isBinary)
    guard !binary.isEmpty else { return Reply(.ok, "application/json", json) }
    var reply = Reply(.ok, "application/octet-stream", json + binary.flatMap(\.bytes))
    reply.set("Inference-Header-Content-Length", to: json.count)
    return reply
  }

  private func quoted(_ text: String) throws(Refusal) -> [UInt8] {
    do { return try JSONText.encode(text) } catch {
      throw Refusal(.internalServerError, .internalFailure, "the answer cannot be written as JSON")
    }
  }
}

extension InferenceAnswer.Tensor {
  /// A mask.
  init(_ mask: Mask, isBinary: Bool) {
    self.init(
      name: "mask", datatype: "UINT8", shape: [1, mask.size.height, mask.size.width, 1], bytes: mask.pixels,
      text: { Array(mask.pixels.map { "\($0)" }.joined(separator: ",").utf8) }, isBinary: isBinary)
  }

  /// A map.
  init(_ map: SaliencyMap, isBinary: Bool) {
    let values = map.values.values
    self.init(
      name: "map", datatype: "FP32", shape: Array(map.values.shape.dimensions),
      bytes: values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> ($0 * 8)) } },
      // JSON has no numbers that are not finite.
      text: { Array(values.map { $0.isFinite ? "\($0)" : "0" }.joined(separator: ",").utf8) }, isBinary: isBinary)
  }

  /// A file.
  init(file: [UInt8], isBinary: Bool) {
    let length = (0..<4).map { UInt8(truncatingIfNeeded: file.count >> ($0 * 8)) }
    self.init(
      name: "image", datatype: "BYTES", shape: [1], bytes: length + file,
      text: { Array("\"\(JSONText.base64(file))\"".utf8) }, isBinary: isBinary)
  }
}
