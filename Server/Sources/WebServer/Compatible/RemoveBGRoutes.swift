internal import HTTPTypes
internal import PictureService
internal import Serving
internal import U2Net

/// The interface of remove.bg (API v1.0, with its changes until 2021-12-07), so that its clients only change the host
/// and the key, which is the server's token.
///
/// What differs: PNG files may have more than 10 megapixels, nothing is charged, and the type of the foreground is not
/// told apart. What cannot be done is refused by the name of the parameter.
enum RemoveBGRoutes {
  static var all: [Route] {
    [
      Route(.post, "/v1.0/removebg", style: style, handler),
      Route(.get, "/v1.0/account", style: style) { _ in .json(.ok, Account()) },
      Route(.get, "/account", style: style) { _ in .json(.ok, Account()) },
    ]
  }

  private static let rules = FormRules(
    files: ["image_file", "bg_image_file"], base64Files: ["image_file_b64": "image_file_b64"], wholeBody: nil)

  @Sendable private static func handler(_ exchange: Exchange) async throws -> Reply {
    let accept = exchange.head.headerFields[.accept] ?? ""
    do {
      return try await exchange.work(rules) { form, place in
        let request = try RemoveBGRequest(form)
        let answer = try await answer(to: request, exchange, place)
        return reply(answer, type: request.type, isJSON: accept.lowercased().contains("application/json"))
      }
    } catch let problem as RemoveBGProblem {
      return problem.reply
    }
  }

  private static func answer(
    to request: RemoveBGRequest, _ exchange: Exchange, _ place: Admission.Place
  ) async throws -> CutoutAnswer {
    let service = exchange.server.service
    var order = request.order
    if let model = request.neededModel {
      guard (try? service.configuration.store.path(of: model)) != nil else {
        throw Refusal.badRequest("type: person needs a model; on the server, type 'u2cl models pull \(model)'")
      }
      order.model = model
    }
    if case .url(let url) = request.background {
      order.background = .picture(try await exchange.file(at: url, "bg_image_url", in: place))
    }
    let file =
      switch request.source {
      case .file(let bytes): bytes
      case .url(let url): try await exchange.file(at: url, "image_url", in: place)
      }
    let answer: CutoutAnswer?
    do throws(PictureService.Problem) {
      answer = try await service.cutout(of: file, order, in: place, by: exchange.deadline)
    } catch {
      if case .tooManyPixels(let limit) = error { throw RemoveBGProblem.resolution(limit) }
      throw Refusal(error, retryAfter: service.retryAfter)
    }
    guard let answer else { throw RemoveBGProblem.unknownForeground }
    return answer
  }

  private static func reply(_ answer: CutoutAnswer, type: String?, isJSON: Bool) -> Reply {
    let (mediaType, bytes) = answer.content
    var reply = isJSON ? Reply.json(.ok, JSONAnswer(answer, bytes)) : Reply(.ok, mediaType, bytes)
    reply.describe(answer)
    if let type { reply.set("X-Type", to: type) }
    reply.set("X-Credits-Charged", to: 0)
    reply.headers[.vary] = "Accept"
    return reply
  }

  /// Writes a refusal as remove.bg does, with its codes and statuses.
  @Sendable private static func style(_ refusal: Refusal) -> Reply {
    let (status, code): (HTTPResponse.Status, String) =
      switch refusal.code {
      case .badRequest where refusal.status == .badRequest: (.badRequest, "invalid_parameters")
      case .unreadablePicture: (.badRequest, "invalid_file_type")
      case .unknownForeground: (.badRequest, "unknown_foreground")
      case .tooLarge: (.badRequest, "file_too_large")
      case .unauthorized: (.forbidden, "auth_failed")
      case .full: (.tooManyRequests, "rate_limit_exceeded")
      default: (refusal.status, refusal.code.rawValue.replacing("-", with: "_"))
      }
    return RemoveBGProblem(status: status, code: code, title: refusal.detail).reply.adding(refusal)
  }

  private struct JSONAnswer: Encodable {
    struct Content: Encodable {
      let result_b64: String
      let foreground_top: Int
      let foreground_left: Int
      let foreground_width: Int
      let foreground_height: Int
    }

    let data: Content

    init(_ answer: CutoutAnswer, _ bytes: [UInt8]) {
      let box = answer.foreground
      data = Content(
        result_b64: JSONText.base64(bytes), foreground_top: box.rows.lowerBound,
        foreground_left: box.columns.lowerBound, foreground_width: box.size.width, foreground_height: box.size.height)
    }
  }

  /// The answer about an account. Nothing is charged, so there is always enough.
  private struct Account: Encodable {
    struct Content: Encodable {
      let attributes = Attributes()
    }

    struct Attributes: Encodable {
      let credits = ["total": enough, "subscription": 0, "payg": enough, "enterprise": 0]
      let api = API()
    }

    struct API: Encodable {
      let free_calls = enough
      let sizes = "all"
    }

    private static let enough = 1_000_000
    let data = Content()
  }
}

/// Why remove.bg's interface has no result, with a code that clients compare.
package struct RemoveBGProblem: Error {
  let status: HTTPResponse.Status
  package let code: String
  let title: String

  var reply: Reply { .json(status, ["errors": [["title": title, "code": code]]]) }

  static let missingSource = RemoveBGProblem(
    status: .badRequest, code: "missing_source",
    title: "No image given: send image_file, image_file_b64 or image_url")
  static let multipleSources = RemoveBGProblem(
    status: .badRequest, code: "multiple_sources",
    title: "Multiple image sources given: send one of image_file, image_file_b64 and image_url")
  static let unknownForeground = RemoveBGProblem(
    status: .badRequest, code: "unknown_foreground", title: "Could not identify foreground in image: nothing stands out"
  )

  static func resolution(_ limit: Int) -> RemoveBGProblem {
    RemoveBGProblem(
      status: .badRequest, code: "resolution_too_high", title: "Image resolution too high: at most \(limit) pixels")
  }
}
