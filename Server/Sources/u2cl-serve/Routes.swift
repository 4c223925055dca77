import HTTPTypes
import HummingbirdCore
import NIOCore
import PictureService
import ServerMetrics
import Serving
import U2Net

/// What the server answers to each path.
struct Routes: Sendable {
  /// The limits of requests.
  struct Limits: Sendable {
    /// The most bytes of a body.
    var bodyBytes = 32 << 20
    /// How long a body may take to arrive.
    var bodyTime = TimeAmount.seconds(30)
    /// How long a request may take altogether.
    var requestTime = Duration.seconds(60)
  }

  let service: PictureService
  let metrics: ServiceMetrics
  let limits: Limits

  /// Answers a request. Closes the connection if the request's body has not been read to its end.
  @Sendable func respond(
    _ request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel
  ) async throws {
    let route = Route(request)
    var reply: Reply
    var isRead = true
    do {
      reply = try await self.reply(to: request, route, channel)
    } catch let refusal as Reply {
      (reply, isRead) = (refusal, false)
    }
    metrics.count(route, reply.status)
    if !isRead { reply.headers[.connection] = "close" }
    let body = request.method == .head ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: reply.body))
    let response = Response(status: reply.status, headers: reply.headers, body: body)
    try await writer.write(response: response.head, body: response.body)
    // Hummingbird would wait for the rest of the body, however long it is.
    if !isRead { try await channel.close() }
  }

  private func reply(to request: Request, _ route: Route, _ channel: any Channel) async throws -> Reply {
    switch route {
    case .health: return .text(.ok, "ok")
    case .readiness:
      return service.admission.isClosed ? .unavailable("the server is stopping", retryAfter: 1) : .text(.ok, "ready")
    case .metrics: return Reply(.ok, MetricRegistry.mediaType, Array(metrics.registry.text.utf8))
    case .remove, .mask:
      let kind: Composition.Kind = route == .mask ? .mask : .cutout
      return try await ClientWatch.run(on: channel) { try await result(of: request, kind, channel) }
    case .wrongMethod(let allowed):
      var reply = Reply.text(.methodNotAllowed, "this path takes \(allowed)")
      reply.headers[.allow] = allowed
      throw reply
    case .unknown: throw Reply.text(.notFound, "there is nothing at this path")
    }
  }

  /// Makes a result, within the limits.
  private func result(of request: Request, _ kind: Composition.Kind, _ channel: any Channel) async throws -> Reply {
    let deadline = ContinuousClock.now + limits.requestTime
    let place: Admission.Place
    do throws(ServingError) { place = try service.admission.enter() } catch { throw refusal(error) }
    defer { place.leave() }
    let timer = channel.eventLoop.scheduleTask(in: limits.bodyTime) { channel.close(promise: nil) }
    let upload: Upload
    do {
      defer { timer.cancel() }
      upload = try await UploadReader(byteLimit: limits.bodyBytes).upload(from: request, making: kind)
    }
    do throws(PictureService.Problem) {
      let answer = try await service.answer(to: upload.picture, upload.options, in: place, by: deadline)
      metrics.observe(answer)
      return Reply(.ok, answer.format.mediaType, answer.bytes)
    } catch {
      throw refusal(error)
    }
  }

  private func refusal(_ problem: PictureService.Problem) -> Reply {
    switch problem {
    case .picture(let line): .text(.unprocessableContent, line)
    case .tooManyPixels(let limit): .text(.contentTooLarge, "the picture has more than \(limit) pixels")
    case .model(let line): .text(.badRequest, line)
    case .internalFailure(let line): .text(.internalServerError, line)
    case .serving(let error): refusal(error)
    }
  }

  private func refusal(_ error: ServingError) -> Reply {
    switch error {
    case .full: .unavailable("the server is full", retryAfter: 1)
    case .stopping: .unavailable("the server is stopping", retryAfter: 5)
    case .deadline: .text(.gatewayTimeout, "the request took longer than \(limits.requestTime)")
    case .cancelled: .text(.requestTimeout, "the client has left")
    case .failed(let error): .text(.internalServerError, Failure(error).description)
    }
  }
}

/// A path and a method.
enum Route: Hashable, Sendable {
  case health, readiness, metrics, remove, mask
  /// A path that takes this method.
  case wrongMethod(String)
  case unknown

  init(_ request: Request) {
    let isReading = request.method == .get || request.method == .head
    let isPosting = request.method == .post
    self =
      switch request.uri.path {
      case "/healthz": isReading ? .health : .wrongMethod("GET")
      case "/readyz": isReading ? .readiness : .wrongMethod("GET")
      case "/metrics": isReading ? .metrics : .wrongMethod("GET")
      case "/v1/remove": isPosting ? .remove : .wrongMethod("POST")
      case "/v1/mask": isPosting ? .mask : .wrongMethod("POST")
      default: .unknown
      }
  }

  /// The name for metrics: never what the client has sent.
  var name: String {
    switch self {
    case .health: "/healthz"
    case .readiness: "/readyz"
    case .metrics: "/metrics"
    case .remove: "/v1/remove"
    case .mask: "/v1/mask"
    case .wrongMethod, .unknown: "other"
    }
  }
}

extension PictureFormat {
  /// The media type.
  fileprivate var mediaType: String {
    switch self {
    case .png: "image/png"
    case .jpeg: "image/jpeg"
    case .webp: "image/webp"
    case .heic: "image/heic"
    case .avif: "image/avif"
    case .tiff: "image/tiff"
    case .gif: "image/gif"
    case .bmp: "image/bmp"
    case .jpegXL: "image/jxl"
    case .jpeg2000: "image/jp2"
    }
  }
}
