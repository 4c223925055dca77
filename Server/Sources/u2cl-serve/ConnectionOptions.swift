public import ArgumentParser
import Connections
import NIOCore
public import RequestGuard
import WebServer

/// What connections and their requests may cost.
struct ConnectionOptions: ParsableArguments {
  @Option(help: "Connections that are served at a time, 1 to 100000; further ones are answered 503.")
  var connections = 256

  @Option(help: ArgumentHelp("Seconds that the header of a request may take, 1 to 3600.", valueName: "seconds"))
  var headerSeconds = 10

  @Option(
    help: ArgumentHelp("Seconds that a connection may wait for its next request, 1 to 3600.", valueName: "seconds"))
  var idleSeconds = 60

  @Option(
    help: ArgumentHelp("Seconds that the server waits for the body of a request, 1 to 3600.", valueName: "seconds"))
  var bodySeconds = 30

  @Option(help: ArgumentHelp("The most bytes of a body, 1 to 4 GiB.", valueName: "bytes"))
  var bodyBytes = 32 << 20

  @Option(
    help: ArgumentHelp(
      "The least bytes of a body for each second after the fifth, 0 to 1 GiB.", valueName: "bytes"))
  var bodyRate = 16 << 10

  @Option(
    help: ArgumentHelp(
      "Seconds after which a client is left that does not take its answer, 1 to 3600.", valueName: "seconds"))
  var writeSeconds = 30

  @Option(help: "Lines about requests on standard error: json, text or none.")
  var log = RequestLog.Form.json

  @Flag(help: "Tell in these lines where clients are.")
  var logAddresses = false

  func validate() throws {
    try checkRange("--connections", connections, 1...100_000)
    try checkRange("--header-seconds", headerSeconds, 1...3600)
    try checkRange("--idle-seconds", idleSeconds, 1...3600)
    try checkRange("--body-seconds", bodySeconds, 1...3600)
    try checkRange("--body-bytes", bodyBytes, 1...(4 << 30))
    try checkRange("--body-rate", bodyRate, 0...(1 << 30))
    try checkRange("--write-seconds", writeSeconds, 1...3600)
  }

  /// The limits of connections.
  var connectionLimits: ConnectionLimits {
    var limits = ConnectionLimits()
    limits.connections = connections
    limits.headerTime = .seconds(Int64(headerSeconds))
    limits.idleTime = .seconds(Int64(idleSeconds))
    limits.bodyTime = .seconds(Int64(bodySeconds))
    limits.bodyRate = bodyRate
    limits.writeTime = .seconds(Int64(writeSeconds))
    return limits
  }

  /// The limits of requests.
  var requestLimits: WebServer.Limits {
    var limits = WebServer.Limits()
    limits.bodyBytes = bodyBytes
    return limits
  }
}

extension RequestLog.Form: ExpressibleByArgument {}
