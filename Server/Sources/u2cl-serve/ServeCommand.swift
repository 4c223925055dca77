import ArgumentParser
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import PictureService
import ServiceLifecycle
import Serving
import U2Net
import UnixSignals
import WebServer

/// Removes backgrounds for other programs, over HTTP on this machine.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "u2cl-serve", abstract: "Remove backgrounds for other programs, over HTTP on this machine.")

  @Option(help: "Port on 127.0.0.1, 0 for any that is free.")
  var port = 7000

  @Option(help: ArgumentHelp("Unix socket to listen on in place of the port.", valueName: "path"))
  var socket: String?

  @OptionGroup(title: "Models, devices and limits") var service: ServiceOptions

  @OptionGroup(title: "Addresses that clients name") var urls: URLOptions

  @Option(help: ArgumentHelp("Seconds that requests have to end after SIGTERM, 0 to 3600.", valueName: "seconds"))
  var grace = 30

  func validate() throws {
    try ServiceOptions.check("--port", port, 0...65535)
    try ServiceOptions.check("--grace", grace, 0...3600)
  }

  func run() async throws {
    LoggingSystem.bootstrap(StreamLogHandler.standardError)
    let logger = Logger(label: "u2cl-serve")
    let metrics = ServiceMetrics()
    let pictures = PictureService(service.configuration, observe: metrics.observe) { logger.notice("\($0)") }
    metrics.add(pictures)
    pictures.preload()
    var limits = WebServer.Limits()
    limits.requestTime = .seconds(service.requestSeconds)
    let responder = WebServer(service: pictures, metrics: metrics, limits: limits, fetcher: urls.fetcher)
    var http = HTTP1Channel.Configuration(additionalChannelHandlers: [ClientWatch()], idleTimeout: .seconds(60))
    http.httpDecoder = .init(maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 16 << 10, maxHeaderFieldCount: 100)
    let server = try HTTPServerBuilder.http1(configuration: http).buildServer(
      configuration: ServerConfiguration(
        address: socket.map { .unixDomainSocket(path: $0) } ?? .hostname("127.0.0.1", port: port),
        availableConnectionsDelegate: .maximum(256, logger: logger)),
      eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger, responder: responder.respond)
    var group = ServiceGroupConfiguration(
      services: [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    group.maximumGracefulShutdownDuration = .seconds(grace)
    try await ServiceGroup(configuration: group).run()
    await pictures.stop(within: .zero)
  }
}
