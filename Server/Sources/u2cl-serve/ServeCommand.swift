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

  @Option(help: "Device: auto (the best), gpu, cpu, gpu:1, reference, a number, or part of a device's name.")
  var device = "auto"

  @Option(help: "Largest batch: pictures that the network computes at once, 1 to 4096.")
  var batch = 1

  @Option(help: "Threads that decode, and threads that encode, 1 to 1024.")
  var threads = 2

  @Option(help: "Requests that are under way at most, 1 to 100000; further ones are answered 503.")
  var queue = 64

  @Option(help: ArgumentHelp("Memory of the loaded models, 1 to 1000000 MiB.", valueName: "MiB"))
  var memory = 1024

  @Option(help: ArgumentHelp("Seconds that requests have to end after SIGTERM, 0 to 3600.", valueName: "seconds"))
  var grace = 30

  func validate() throws {
    try checkRange("--batch", batch, SaliencyDetector.batchRange)
    try checkRange("--threads", threads, 1...1024)
    try checkRange("--queue", queue, 1...100_000)
    try checkRange("--memory", memory, 1...1_000_000)
    try checkRange("--grace", grace, 0...3600)
  }

  func run() async throws {
    LoggingSystem.bootstrap(StreamLogHandler.standardError)
    let logger = Logger(label: "u2cl-serve")
    let policy = try listen.policy()
    var configuration = PictureService.Configuration(threads: threads)
    configuration.devices = [DeviceRequest(device)]
    configuration.batch = batch
    configuration.admission.requests = queue
    configuration.byteLimit = memory << 20
    let metrics = ServiceMetrics()
    let service = PictureService(configuration, observe: metrics.observe) { logger.notice("\($0)") }
    metrics.add(service)
    let responder = WebServer(
      service: service, metrics: metrics, limits: connection.requestLimits, policy: policy,
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
    await service.stop(within: .zero)
  }
}
