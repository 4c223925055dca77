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
    try check("--port", port, 0...65535)
    try check("--batch", batch, SaliencyDetector.batchRange)
    try check("--threads", threads, 1...1024)
    try check("--queue", queue, 1...100_000)
    try check("--memory", memory, 1...1_000_000)
    try check("--grace", grace, 0...3600)
  }

  private func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws {
    guard !range.contains(value) else { return }
    throw ValidationError("\(name) goes from \(range.lowerBound) to \(range.upperBound)")
  }

  func run() async throws {
    LoggingSystem.bootstrap(StreamLogHandler.standardError)
    let logger = Logger(label: "u2cl-serve")
    var configuration = PictureService.Configuration(threads: threads)
    configuration.devices = [DeviceRequest(device)]
    configuration.batch = batch
    configuration.admission.requests = queue
    configuration.byteLimit = memory << 20
    let metrics = ServiceMetrics()
    let service = PictureService(configuration, observe: metrics.observe) { logger.notice("\($0)") }
    metrics.add(service)
    let responder = WebServer(service: service, metrics: metrics)
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
    await service.stop(within: .zero)
  }
}
