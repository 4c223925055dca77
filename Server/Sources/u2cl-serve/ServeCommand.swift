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

  @OptionGroup(title: "Address and access") var listen: ListenOptions
  @OptionGroup(title: "Connections and log") var connection: ConnectionOptions

  @OptionGroup(title: "Models, devices and limits") var service: ServiceOptions

  @OptionGroup(title: "Addresses that clients name") var urls: URLOptions

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
    limits.archiveBytes = service.archive << 20
    let log = RequestLog(connection.log)
    let responder = WebServer(
      service: pictures, metrics: metrics, limits: limits, policy: policy, log: log,
      logsAddresses: connection.logAddresses, fetcher: urls.fetcher)
    let settings = ConnectionSettings(connection.connectionLimits, onProblem: responder.note)
    metrics.add(settings.count)
    let channel = GuardedChannel(settings, handlers: { [ClientWatch()] }, responder: responder.respond)
    let server = channel.server(
      configuration: ServerConfiguration(address: listen.address),
      eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger)
    var group = ServiceGroupConfiguration(
      services: [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    group.maximumGracefulShutdownDuration = .seconds(grace)
    do { try await ServiceGroup(configuration: group).run() } catch let error as IOError {
      throw ValidationError(listen.explanation(of: error))
    }
    await pictures.stop(within: .zero)
    log.flush()
  }
}
