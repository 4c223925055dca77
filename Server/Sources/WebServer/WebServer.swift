internal import Archives
internal import HTTPTypes
public import HummingbirdCore
public import NIOCore
public import PictureService
internal import Serving
internal import U2Net

/// Answers requests.
public struct WebServer: Sendable {
  /// The limits of requests.
  public struct Limits: Sendable {
    /// The most bytes of a body.
    public var bodyBytes = 32 << 20
    /// The most bytes of an archive of pictures.
    public var archiveBytes = 1 << 30
    /// The limits of what an archive holds.
    var archive = ZipReader.Limits()
    /// The most parts of a form.
    public var parts = 32
    /// How long a body may take to arrive.
    public var bodyTime = TimeAmount.seconds(30)
    /// How long a request may take altogether.
    public var requestTime = Duration.seconds(60)

    /// The default limits.
    public init() {}
  }

  let service: PictureService
  let metrics: ServiceMetrics
  let limits: Limits
  private let table: RouteTable

  /// Creates a server.
  ///
  /// - Parameters:
  ///   - service: makes the results.
  ///   - metrics: counts what is done.
  ///   - limits: the limits of requests.
  public init(service: PictureService, metrics: ServiceMetrics, limits: Limits = Limits()) {
    (self.service, self.metrics, self.limits) = (service, metrics, limits)
    table = RouteTable(Self.routes)
  }

  /// Everything that the server answers. Each interface keeps its own list.
  package static var routes: [Route] {
    ProbeRoutes.all + PictureRoutes.all + BatchRoute.all + ListRoutes.all + DescriptionRoute.all
  }

  /// Answers a request. Closes the connection if the request's body has not been read to its end.
  @Sendable public func respond(
    _ request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel
  ) async throws {
    let body = RequestReader(request)
    var (reply, template) = try await answer(request, body, channel)
    metrics.count(template, reply.status)
    let isRead = body.isRead
    if !isRead { reply.headers[.connection] = "close" }
    let response = Response(status: reply.status, headers: reply.headers, body: Self.body(of: reply, request.method))
    try await writer.write(response: response.head, body: response.body)
    // Hummingbird would wait for the rest of the body, however long it is.
    if !isRead { try await channel.close() }
  }

  /// The answer, and the template of the route for metrics and the log.
  private func answer(
    _ request: Request, _ body: RequestReader, _ channel: any Channel
  ) async throws -> (Reply, template: String) {
    switch table.match(request.method, request.uri.path) {
    case .route(let route, let parameters):
      let exchange = Exchange(
        head: request.head, body: body, parameters: parameters, query: request.uri.query ?? "", channel: channel,
        deadline: .now + limits.requestTime, server: self)
      do { return (try await route.handler(exchange), route.template) } catch let refusal as Refusal {
        return (route.style(refusal), route.template)
      }
    case .wrongMethod(let methods, let style):
      let names = methods.map(\.rawValue).joined(separator: ", ")
      var refusal = Refusal(.methodNotAllowed, .wrongMethod, "this path takes \(names)")
      refusal.headers[.allow] = names
      return (style(refusal), "other")
    case .nothing:
      return (Problem.style(Refusal(.notFound, .notFound, "there is nothing at this path")), "other")
    }
  }

  private static func body(of reply: Reply, _ method: HTTPRequest.Method) -> ResponseBody {
    switch reply.body {
    case .bytes(let bytes):
      // The answer to HEAD has the length of the answer to GET.
      guard method != .head else { return ResponseBody(contentLength: bytes.count) { try await $0.finish(nil) } }
      return ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
    case .stream(let write):
      if method == .head { return ResponseBody() }
      return ResponseBody { writer in
        var sinkWriter = writer
        try await write(Reply.Sink { buffer in try await sinkWriter.write(buffer) })
        try await writer.finish(nil)
      }
    }
  }
}
