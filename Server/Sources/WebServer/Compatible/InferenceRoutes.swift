internal import HTTPForms
internal import HTTPTypes
internal import PictureService
internal import Serving
internal import U2Net

/// The Open Inference Protocol, version 2, for the clients of KServe and Triton.
///
/// A model takes a picture, as a file or as pixels, and gives its mask, the network's map and the cut-out. It has one
/// version, 1. The network's own tensor is not taken: the server prepares pictures itself.
enum InferenceRoutes {
  static var all: [Route] {
    [
      Route(.get, "/v2", style: style) { _ in .json(.ok, ServerMetadata()) },
      Route(.get, "/v2/health/live", style: style, isOpen: true) { _ in .json(.ok, ["live": true]) },
      Route(.get, "/v2/health/ready", style: style, isOpen: true) { exchange in
        if let problem = exchange.server.service.readinessProblem {
          throw Refusal.unavailable(.deviceFailure, problem, retryAfter: 5)
        }
        return .json(.ok, ["ready": true])
      },
      Route(.post, "/v2/repository/index", style: style, index),
    ]
      + ["/v2/models/{name}", "/v2/models/{name}/versions/{version}"].flatMap { path in
        [
          Route(.get, path, style: style) { .json(.ok, ModelMetadata(name: try model($0))) },
          Route(.get, "\(path)/ready", style: style) { .json(.ok, ModelReadiness(name: try model($0), ready: true)) },
          Route(.post, "\(path)/infer", style: style, infer),
        ]
      }
  }

  /// The model that the path names.
  private static func model(_ exchange: Exchange) throws(Refusal) -> String {
    let texts = exchange.parameters.map { Percent.decoded($0.utf8).flatMap { String(validating: $0, as: UTF8.self) } }
    guard let name = texts.first ?? nil else { throw .badRequest("the path is not percent-encoded") }
    guard texts.count < 2 || texts[1] == "1" else {
      throw Refusal(.notFound, .notFound, "the model has no such version; there is 1")
    }
    do throws(PictureService.Problem) { return try exchange.server.service.detector(of: name).model } catch {
      guard case .model(let line) = error else { throw Refusal(error) }
      throw Refusal(.notFound, .notFound, line)
    }
  }

  private static func index(_ exchange: Exchange) async throws -> Reply {
    // The request may hold {"ready": true}; every model is ready.
    _ = try await exchange.body.bytes(atMost: 1 << 16)
    let models = try await exchange.step { service throws(PictureService.Problem) in
      try await service.models(by: exchange.deadline)
    }
    return .json(.ok, models.map { IndexEntry(name: $0.name) })
  }

  private static func infer(_ exchange: Exchange) async throws -> Reply {
    let name = try model(exchange)
    let fields = exchange.head.headerFields
    guard fields[.contentEncoding].map({ $0.lowercased() == "identity" }) ?? true else {
      throw Refusal(.unsupportedMediaType, .badRequest, "compressed bodies are not taken")
    }
    let length = try HTTPField.Name("Inference-Header-Content-Length").flatMap { fields[$0] }.map { text in
      guard let length = Int(text), length >= 0 else {
        throw Refusal.badRequest("Inference-Header-Content-Length is no length")
      }
      return length
    }
    let place = try exchange.place()
    return try await ClientWatch.run(on: exchange.channel) {
      let body = try await exchange.body.bytes(atMost: exchange.server.limits.bodyBytes)
      let request = try InferenceRequest(body, headerLength: length)
      return try await reply(to: request, name, exchange, place)
    }
  }

  private static func reply(
    to request: InferenceRequest, _ model: String, _ exchange: Exchange, _ place: Admission.Place
  ) async throws(Refusal) -> Reply {
    let (outputs, deadline) = (request.outputs, exchange.deadline)
    let (tensors, device) = try await exchange.step { service throws(PictureService.Problem) in
      let key = try service.detector(of: model)
      let slot = try await service.slot(by: deadline)
      defer { withExtendedLifetime(slot) {} }
      let picture = try await picture(of: request.input, service, exchange, place)
      let found = try await service.detection(in: picture, need(of: outputs.map(\.output)), with: key, by: deadline)
      let tensors = try await service.finishing(by: deadline) { try Self.tensors(outputs, picture, found.output) }
      return (tensors, found.device.name)
    }
    var reply = try InferenceAnswer(id: request.id, model: model, tensors: tensors).reply()
    (reply.remarks.model, reply.remarks.device) = (model, device)
    return reply
  }

  private static func picture(
    of input: InferenceRequest.Input, _ service: PictureService, _ exchange: Exchange, _ place: Admission.Place
  ) async throws(PictureService.Problem) -> Picture {
    switch input {
    case .file(let file): return try await service.picture(decoding: file, in: place, by: exchange.deadline)
    case .pixels(let size, let values):
      try service.claim(size, in: place)
      return Picture(size: size, hasAlpha: false, samples: .bits8(values))
    }
  }

  private static func need(of outputs: [InferenceRequest.Output]) -> DetectionInput.Need {
    outputs.contains(.image) ? .refinedCutout(withMatte: false) : outputs.contains(.map) ? .map : .mask
  }

  private static func tensors(
    _ outputs: [(output: InferenceRequest.Output, isBinary: Bool)], _ picture: Picture, _ found: DetectionOutput
  ) throws -> [InferenceAnswer.Tensor] {
    try outputs.map { output, isBinary in
      switch output {
      case .mask: return InferenceAnswer.Tensor(try found.mask(), isBinary: isBinary)
      case .map:
        guard case .detection(let detection) = found else { preconditionFailure("a mask in place of a map") }
        return InferenceAnswer.Tensor(detection.mainMap, isBinary: isBinary)
      case .image:
        let rendering = try found.rendering(of: picture, by: Composition(.cutout))
        let file = try rendering.encoded(EncodingOptions(.png), name: "the result")
        return InferenceAnswer.Tensor(file: file, isBinary: isBinary)
      }
    }
  }

  /// Writes a refusal as the protocol does: `{"error": …}`.
  @Sendable private static func style(_ refusal: Refusal) -> Reply {
    let status: HTTPResponse.Status = refusal.status == .unprocessableContent ? .badRequest : refusal.status
    return Reply.json(status, ["error": refusal.detail]).adding(refusal)
  }
}

/// What the server says about itself.
private struct ServerMetadata: Encodable {
  let name = "u2cl"
  let version = u2clVersion
  let extensions = ["binary_tensor_data", "model_repository"]
}

/// What the server says about a model.
private struct ModelMetadata: Encodable {
  struct Tensor: Encodable {
    let name: String
    let datatype: String
    let shape: [Int]
  }

  let name: String
  let versions = ["1"]
  let platform = "u2cl"
  let inputs = [
    Tensor(name: "image", datatype: "BYTES", shape: [1]),
    Tensor(name: "pixels", datatype: "UINT8", shape: [1, -1, -1, 3]),
  ]
  let outputs = [
    Tensor(name: "mask", datatype: "UINT8", shape: [1, -1, -1, 1]),
    Tensor(name: "map", datatype: "FP32", shape: [1, -1, -1, -1]),
    Tensor(name: "image", datatype: "BYTES", shape: [1]),
  ]
  let parameters = [
    "inputs": """
    send one of them: image is a file, as bytes or in base64; pixels are red, green and blue; the network's own tensor \
    is not taken, because the server prepares pictures itself
    """,
    "outputs": "mask by default; map is the network's; image is the cut-out as a PNG file",
  ]
}

private struct ModelReadiness: Encodable {
  let name: String
  let ready: Bool
}

private struct IndexEntry: Encodable {
  let name: String
  let version = "1"
  let state = "READY"
}
