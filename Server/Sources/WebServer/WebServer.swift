internal import Archives
public import Connections
internal import HTTPTypes
public import HummingbirdCore
public import NIOCore
public import PictureService
public import RequestGuard
internal import Serving
internal import U2Net
public import URLFetching

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
    /// How long a request may take altogether.
    public var requestTime = Duration.seconds(60)

    /// The default limits.
    public init() {}
  }

  let service: PictureService
  let metrics: ServiceMetrics
  let limits: Limits
  let fetcher: (any URLFetcher)?
  private let policy: RequestPolicy
  private let log: RequestLog
  private let logsAddresses: Bool
  private let table: RouteTable

  /// Creates a server.
  ///
  /// - Parameters:
  ///   - service: makes the results.
  ///   - metrics: counts what is done.
  ///   - limits: the limits of requests.
  ///   - policy: who may ask.
  ///   - log: gets a line for each request.
  ///   - logsAddresses: whether the lines tell where clients are.
  ///   - fetcher: fetches pictures from addresses that clients name; nil to fetch none.
  public init(
    service: PictureService, metrics: ServiceMetrics, limits: Limits = Limits(), policy: RequestPolicy,
    log: RequestLog = RequestLog(.none), logsAddresses: Bool = false,
    fetcher: (any URLFetcher)? = nil
  ) {
    (self.service, self.metrics, self.limits, self.fetcher) = (service, metrics, limits, fetcher)
    (self.policy, self.log, self.logsAddresses) = (policy, log, logsAddresses)
    table = RouteTable(Self.routes)
  }

  /// Everything that the server answers. Each interface keeps its own list.
  package static var routes: [Route] {
    PageRoutes.all + ProbeRoutes.all + PictureRoutes.all + BatchRoute.all + ListRoutes.all + DescriptionRoute.all
      + CompatibleRoutes.all
  }

  /// Answers a request. The connection sees to what the client has not sent yet.
  @Sendable public func respond(
    _ request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel
  ) async throws {
    let body = RequestReader(request, channel)
    defer { body.place?.leave() }
    var trace = RequestTrace(request, logsAddresses ? channel.remoteAddress : nil)
    do {
      var (reply, template) = try await answer(request, body, channel)
      trace.tell(of: reply, template)
      reply.headers[.requestID] = trace.id.description
      if case .bytes(let bytes) = reply.body { body.place?.keep(answer: bytes.count) }
      metrics.count(template, reply.status)
      let response = Response(
        status: reply.status, headers: reply.headers, body: Self.body(of: reply, request.method, trace.sent))
      try await writer.write(response: response.head, body: response.body)
      log.add(trace.record(body.count))
    } catch {
      // The client has left, or its connection was closed.
      trace.end()
      log.add(trace.record(body.count))
      throw error
    }
  }

  /// Counts a request that its connection has answered by itself.
  @Sendable public func note(_ problem: ConnectionProblem) {
    metrics.count("other", HTTPResponse.Status(code: problem.status))
    log.add(RequestRecord(time: RequestLog.now, id: RequestID(), method: "-", route: "other", status: problem.status))
  }

  /// The answer, and the template of the route for metrics and the log.
  private func answer(
    _ request: Request, _ body: RequestReader, _ channel: any Channel
  ) async throws -> (Reply, template: String) {
    let match = table.match(request.method, request.uri.path)
    switch policy.verdict(on: request.head, isOpen: match.isOpen) {
    case .pass(let fields):
      var (reply, template) = try await answer(request, match, body, channel)
      for field in fields { reply.headers[field.name] = field.value }
      return (reply, template)
    case .preflight(let fields):
      var reply = Reply(.noContent, "text/plain", [])
      reply.headers = fields
      return (reply, "other")
    case .refuse(let problem, let fields):
      var refusal = Refusal(problem)
      refusal.headers = fields
      return (match.style(refusal), match.template)
    }
  }

  private func answer(
    _ request: Request, _ match: RouteTable.Match, _ body: RequestReader, _ channel: any Channel
  ) async throws -> (Reply, template: String) {
    switch match {
    case .route(let route, let parameters):
      let exchange = Exchange(
        head: request.head, body: body, parameters: parameters, query: request.uri.query ?? "", channel: channel,
        deadline: .now + limits.requestTime, server: self)
      do { return (try await route.handler(exchange), route.template) } catch let refusal as Refusal {
        return (route.style(refusal), route.template)
      } catch let problem as ConnectionProblem {
        return (route.style(Refusal(problem)), route.template)
      }
    case .wrongMethod(let methods, let style):
      let names = methods.map(\.rawValue).joined(separator: ", ")
      var refusal = Refusal(.methodNotAllowed, .wrongMethod, "this path takes \(names)")
      refusal.headers[.allow] = names
      return (style(refusal), match.template)
    case .nothing:
      return (match.style(Refusal(.notFound, .notFound, "there is nothing at this path")), match.template)
    }
  }

  private static func body(
    of reply: Reply, _ method: HTTPRequest.Method, _ sent: SentBytes
  ) -> ResponseBody {
    switch reply.body {
    case .bytes(let bytes):
      // The answer to HEAD has the length of the answer to GET.
      guard method != .head else { return ResponseBody(contentLength: bytes.count) { try await $0.finish(nil) } }
      sent.add(bytes.count)
      return ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
    case .stream(let write):
      if method == .head { return ResponseBody() }
      return ResponseBody { writer in
        var sinkWriter = writer
        try await write(
          Reply.Sink { buffer in
            try await sinkWriter.write(buffer)
            sent.add(buffer.readableBytes)
          })
        try await writer.finish(nil)
      }
    }
  }
}
