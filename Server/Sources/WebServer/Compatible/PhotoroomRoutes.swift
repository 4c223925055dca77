internal import HTTPTypes
package import PictureService
internal import Serving
internal import U2Net

/// The interface of Photoroom's Remove Background (`/v1/segment`), so that its clients only change the host and the key,
/// which is the server's token.
package enum PhotoroomRoutes {
  static var all: [Route] { [Route(.post, "/v1/segment", style: style, handler)] }

  static let names = [
    "image_file", "image_file_b64", "format", "channels", "bg_color", "size", "crop", "despill",
  ]
  private static let rules = FormRules(
    files: ["image_file"], base64Files: ["image_file_b64": "image_file_b64"], wholeBody: nil)

  @Sendable private static func handler(_ exchange: Exchange) async throws -> Reply {
    let accept = exchange.head.headerFields[.accept]?.lowercased() ?? ""
    return try await exchange.work(rules) { form, place in
      var reader = ParameterReader(form, names: names)
      guard let file = reader.file("image_file") ?? reader.file("image_file_b64") else {
        throw Refusal.badRequest("Please provide an image: as the part image_file of a form")
      }
      let order = try order(&reader)
      let answer = try await exchange.step { service throws(PictureService.Problem) in
        try await service.cutout(of: file, order, in: place, by: exchange.deadline)
      }
      guard let answer else {
        throw Refusal(.badRequest, .unknownForeground, "nothing stands out in the image")
      }
      // A client that takes pictures as well gets one.
      return reply(answer, isJSON: accept.contains("application/json") && !accept.contains("image/"))
    }
  }

  /// What a client orders by these fields.
  package static func order(fields: [(String, String)]) throws(Refusal) -> CutoutOrder {
    var reader = ParameterReader(Form(fields), names: names)
    return try order(&reader)
  }

  /// What a client orders.
  static func order(_ reader: inout ParameterReader) throws(Refusal) -> CutoutOrder {
    var order = CutoutOrder()
    order.pixelLimit =
      try reader.choice(
        "size", ["preview": 250_000, "medium": 1_500_000, "hd": 4_000_000, "full": 36_000_000]) ?? 36_000_000
    order.format =
      try reader.choice("format", ["png": .one(.png), "jpg": .one(.jpeg), "webp": .one(.webp)]) ?? .one(.png)
    order.isAlphaOnly = try CutoutParameters.isAlphaOnly(&reader)
    if let color = try CutoutParameters.color(&reader, "bg_color") { order.background = .color(color) }
    guard !order.isAlphaOnly || order.background == .none else {
      throw .badRequest("channels: alpha has no background; leave out bg_color")
    }
    if try reader.flag("crop") ?? false { order.crop = CutoutOrder.Margins.none }
    try reader.refuse("despill", but: ["false", "0"], "the light of green screens is not removed")
    try reader.finish()
    return order
  }

  private static func reply(_ answer: CutoutAnswer, isJSON: Bool) -> Reply {
    let (mediaType, bytes) = answer.content
    var reply = isJSON ? Reply.json(.ok, ["result_b64": JSONText.base64(bytes)]) : Reply(.ok, mediaType, bytes)
    reply.describe(answer)
    // 0 is sure, 1 is not; −1 is not known.
    reply.set("X-Uncertainty-Score", to: answer.confidence.map { 1 - $0.maximum } ?? -1)
    reply.headers[.vary] = "Accept"
    return reply
  }

  /// Writes a refusal as Photoroom does.
  @Sendable private static func style(_ refusal: Refusal) -> Reply {
    let status: HTTPResponse.Status =
      switch refusal.code {
      case .unauthorized: .forbidden
      case .full: .tooManyRequests
      case .unreadablePicture: .badRequest
      default: refusal.status
      }
    let problem = PhotoroomProblem(
      detail: refusal.detail, status_code: status.code, type: refusal.code.rawValue.replacing("-", with: "_"))
    return Reply.json(status, problem).adding(refusal)
  }

  private struct PhotoroomProblem: Encodable {
    let detail: String
    let status_code: Int
    let type: String
  }
}
