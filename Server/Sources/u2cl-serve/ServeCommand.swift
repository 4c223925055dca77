import ArgumentParser
import Connections
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import PictureService
import RequestGuard
import ServiceLifecycle
import Serving
import U2Net
import UnixSignals
import WebServer

/// Removes backgrounds for other programs, over HTTP on this machine.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "u2cl-serve", abstract: "Remove backgrounds for other programs, over HTTP on this machine.")

  @OptionGroup var listen: ListenOptions
  @OptionGroup var connection: ConnectionOptions

  @OptionGroup(title: "Models, devices and limits") var service: ServiceOptions

  @Option(help: ArgumentHelp("Seconds that requests have to end after SIGTERM, 0 to 3600.", valueName: "seconds"))
  var grace = 30

  func validate() throws {
    try checkRange("--grace", grace, 0...3600)
  }

  func run() async throws {
    LoggingSystem.bootstrap(StreamLogHandler.standardError)
    let logger = Logger(label: "u2cl-serve")
    let policy = try listen.policy()
    let metrics = ServiceMetrics()
    let pictures = PictureService(service.configuration, observe: metrics.observe) { logger.notice("\($0)") }
    metrics.add(pictures)
    pictures.preload()
    var limits = connection.requestLimits
    limits.requestTime = .seconds(service.requestSeconds)
    let responder = WebServer(
      service: pictures, metrics: metrics, limits: limits, policy: policy,
      log: RequestLog(connection.log), logsAddresses: connection.logAddresses)
    let settings = ConnectionSettings(connection.connectionLimits, onProblem: responder.note)
    metrics.add(settings.count)
    let channel = GuardedChannel(settings, handlers: { [ClientWatch()] }, responder: responder.respond)
    let server = channel.server(
      configuration: ServerConfiguration(address: listen.address),
      eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger)
    var group = ServiceGroupConfiguration(
      services: [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    group.maximumGracefulShutdownDuration = .seconds(grace)
    try await ServiceGroup(configuration: group).run()
    await pictures.stop(within: .zero)
  }
}
