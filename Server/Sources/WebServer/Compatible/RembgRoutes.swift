internal import HTTPTypes
package import PictureService
internal import Serving
internal import U2Net

/// The interface of `rembg s` (rembg 2.0.86), so that its clients only change the host.
///
/// What differs: a request that names no model gets the server's, not `bria-rmbg`; a cut-out has straight alpha, where
/// rembg's plain one is darkened at its edges; matting finds the unknown region by itself. What rembg ignores, such as
/// a parameter that it does not know, is refused.
enum RembgRoutes {
  static var all: [Route] {
    [
      Route(.post, "/api/remove", style: style) { exchange in
        try await exchange.work(rules) { form, place in
          var reader = ParameterReader(form, names: RembgParameters.names)
          guard let file = reader.file("file") else {
            throw Refusal(.unprocessableContent, .badRequest, "Field required: the picture, as the part file of a form")
          }
          return try await reply(to: file, try RembgParameters.order(&reader, exchange.server.service), exchange, place)
        }
      },
      Route(.get, "/api/remove", style: style) { exchange in
        try await exchange.work(rules) { form, place in
          var reader = ParameterReader(form, names: RembgParameters.names)
          guard let url = try reader.text("url") else {
            throw Refusal(.unprocessableContent, .badRequest, "Field required: the address of the picture, as url")
          }
          let order = try RembgParameters.order(&reader, exchange.server.service)
          let file = try await exchange.file(at: url, "url", in: place)
          return try await reply(to: file, order, exchange, place)
        }
      },
      Route(.get, "/api", style: style) { _ in .text(.ok, RembgParameters.help) },
    ]
  }

  private static let rules = FormRules(files: ["file"], wholeBody: nil)

  private static func reply(
    to file: [UInt8], _ order: RembgOrder, _ exchange: Exchange, _ place: Admission.Place
  ) async throws -> Reply {
    let answer = try await exchange.step { service throws(PictureService.Problem) in
      try await service.answer(to: file, order, in: place, by: exchange.deadline)
    }
    var reply = Reply(.ok, "image/png", answer.bytes)
    (reply.remarks.model, reply.remarks.device) = (answer.model, answer.device)
    return reply
  }

  /// Writes a refusal as FastAPI does: `{"detail": …}`, where 422 has a list.
  @Sendable private static func style(_ refusal: Refusal) -> Reply {
    guard refusal.status == .unprocessableContent else {
      return Reply.json(refusal.status, ["detail": refusal.detail]).adding(refusal)
    }
    let flaw = FormFlaw(loc: ["body", "file"], msg: refusal.detail, type: refusal.code.rawValue)
    return Reply.json(refusal.status, ["detail": [flaw]]).adding(refusal)
  }

  private struct FormFlaw: Encodable {
    let loc: [String]
    let msg: String
    let type: String
  }
}

/// The parameters of rembg's interface.
package enum RembgParameters {
  static let names = [
    "file", "url", "model", "a", "af", "ab", "ae", "om", "ppm", "dc", "vm", "bgc", "extras",
  ]

  /// What a client orders.
  ///
  /// - Throws: `Refusal` that names what cannot be heeded.
  static func order(_ reader: inout ParameterReader, _ service: PictureService) throws(Refusal) -> RembgOrder {
    var order = try order(&reader)
    order.model = try model(order.model, service.configuration.store)
    return order
  }

  /// What a client orders by these fields; the model is not looked up.
  package static func order(fields: [(String, String)]) throws(Refusal) -> RembgOrder {
    var reader = ParameterReader(Form(fields), names: names)
    return try order(&reader)
  }

  /// What a client orders; the model is not looked up.
  static func order(_ reader: inout ParameterReader) throws(Refusal) -> RembgOrder {
    var order = RembgOrder()
    order.model = try reader.text("model")
    let isMask = try reader.flag("om") ?? false
    let isMatted = try reader.flag("a") ?? false
    let isDecontaminated = try reader.flag("dc") ?? false
    order.isSmoothed = try reader.flag("ppm") ?? false
    let limits = (
      try reader.integer("af", in: 0...255) ?? 240, try reader.integer("ab", in: 0...255) ?? 10,
      try reader.integer("ae", in: 0...1_000_000) ?? 10
    )
    try reader.refuse("vm", but: ["false", "0", "off", "no", "f", "n"], "there is no ViTMatte; a=true refines edges")
    order.background = try reader.text("bgc").map(color)
    let replacesAlpha = try reader.text("extras").map(replacesAlpha) ?? false
    try reader.finish()
    // As in rembg, the mask goes before matting, which goes before the others.
    order.result =
      isMask ? .mask : isMatted ? .matted : replacesAlpha ? .alphaReplaced : isDecontaminated ? .decontaminated : .plain
    if isMask { order.background = nil }
    if order.result == .matted {
      guard limits == (240, 10, 10) else {
        throw .badRequest(
          "af, ab and ae: matting finds the unknown region by itself; leave them out, or at 240, 10, 10")
      }
      guard !order.isSmoothed else {
        throw .badRequest("ppm: matting needs the soft mask, which ppm cuts; send either a or ppm")
      }
    }
    return order
  }

  /// The model by rembg's name; nil for that of the server.
  private static func model(_ name: String?, _ store: ModelStore) throws(Refusal) -> String? {
    guard let name else { return nil }
    let published = store.published.map(\.name)
    // The name is one of a table, so it may be repeated.
    if published.contains(name), store.canPull(name) {
      throw .badRequest("the model \(name) is not installed; on the server, type 'u2cl models pull \(name)'")
    }
    guard name != "u2net_cloth_seg" else {
      throw .badRequest("model: rembg makes three pictures with u2net_cloth_seg, this server does not")
    }
    return name
  }

  private static func color(_ text: String) throws(Refusal) -> CutoutOrder.Color {
    let values = text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      UInt8(part.drop { $0 == " " }.prefix { $0 != " " })
    }
    let numbers = values.compactMap(\.self)
    guard values.count == 4, numbers.count == 4 else { throw .badRequest("bgc is a colour: R,G,B,A, each 0 to 255") }
    return CutoutOrder.Color(red: numbers[0], green: numbers[1], blue: numbers[2], alpha: numbers[3])
  }

  /// Whether the further parameters, in JSON, ask for the picture's alpha to be replaced.
  private static func replacesAlpha(_ text: String) throws(Refusal) -> Bool {
    for (name, value) in try JSONFields.read(Array(text.utf8)) {
      guard name == "putalpha", let value = ["true": true, "false": false][value] else {
        throw .badRequest("extras: only putalpha can be heeded, true or false")
      }
      return value
    }
    return false
  }

  static let help = """
    rembg's interface. POST /api/remove takes a form with the picture as the part file; GET /api/remove takes url.
    model  name of an installed model; the server's by default
    om     true: the mask alone
    a      true: matting; af, ab and ae stay at 240, 10 and 10
    dc     true: colours of the foreground are estimated
    ppm    true: the mask is smoothed and cut at one half
    bgc    colour behind the foreground: R,G,B,A
    extras {"putalpha": true}: the mask replaces the picture's own alpha
    vm is not supported. The answer is a PNG file. GET /openapi.json describes everything.
    """
}
