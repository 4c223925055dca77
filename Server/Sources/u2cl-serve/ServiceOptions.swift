public import ArgumentParser
import PictureService
import Serving
public import U2Net
import WebServer

/// Models, devices and limits of `u2cl serve`.
struct ServiceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Model of requests that name none: a name from 'u2cl models list'.", valueName: "name"))
  var model = DetectorLoader.builtInName

  @Option(
    help: ArgumentHelp(
      "Models to load before the server says that it is ready, separated by commas.", valueName: "names"))
  var preload: String?

  @Option(
    help: ArgumentHelp(
      """
      Devices, separated by commas, each as 'u2cl run' takes it: auto (the best), gpu, cpu, gpu:1, reference, a \
      number, or part of a device's name; or all. May be given several times. auto by default.
      """, valueName: "devices"))
  var device: [String] = []

  @Option(
    help: """
      Precision of activations and weights; auto uses fp16 on a GPU where a trial shows that the masks stay the same.
      """)
  var precision = PrecisionRequest.auto

  @Option(
    help: ArgumentHelp(
      "Side of the network's square input, 1 to 8192 pixels, for all requests. Each model's own by default.",
      valueName: "pixels"))
  var size: Int?

  @Option(help: "Largest batch: pictures that the network computes at once, 1 to 4096.")
  var batch = 1

  @Option(help: "Threads that decode, and threads that encode, 1 to 1024.")
  var threads = 2

  @Option(help: ArgumentHelp("Memory of the loaded models of each device, 1 to 1000000 MiB.", valueName: "MiB"))
  var memory = 1024

  @Option(
    help: ArgumentHelp(
      "The most pixels of a picture, up to 500 million; each takes about 10 bytes of memory.", valueName: "pixels"))
  var pixels = 50_000_000

  @Option(help: "Requests that are under way at most, 1 to 100000; further ones are answered 503.")
  var queue = 64

  @Option(
    help: ArgumentHelp(
      "Pixels of all pictures under way at most, up to 100 billion; further ones are answered 503.",
      valueName: "pixels"))
  var queuePixels = 200_000_000

  @Option(help: ArgumentHelp("The most MiB of a zip archive of pictures, 1 to 65536.", valueName: "MiB"))
  var archive = 1024

  @Option(
    help: ArgumentHelp("The most seconds that a request may take, 1 to 3600; then 504.", valueName: "seconds"))
  var requestSeconds = 60

  func validate() throws {
    try checkRange("--batch", batch, SaliencyDetector.batchRange)
    try checkRange("--threads", threads, 1...1024)
    try checkRange("--queue", queue, 1...100_000)
    try checkRange("--memory", memory, 1...1_000_000)
    try checkRange("--pixels", pixels, 1...500_000_000)
    try checkRange("--queue-pixels", queuePixels, 1...100_000_000_000)
    try checkRange("--request-seconds", requestSeconds, 1...3600)
    try checkRange("--archive", archive, 1...65536)
    if let size { try checkRange("--size", size, 1...8192) }
    for name in models + [model] {
      guard name != DetectorLoader.builtInName else { continue }
      do throws(Failure) { _ = try ModelStore().path(of: name) } catch {
        throw ValidationError("\(error); 'u2cl models list' lists the models, 'u2cl models pull' installs them")
      }
    }
    guard !devices.isEmpty else { throw ValidationError("--device names no device") }
  }

  /// The models to load first.
  private var models: [String] { preload.map(Self.names) ?? [] }

  /// The devices, each once.
  private var devices: [DeviceRequest] {
    let names = device.isEmpty ? ["auto"] : device.flatMap(Self.names)
    let requests = names.flatMap { $0.lowercased() == "all" ? Self.allDevices : [DeviceRequest($0)] }
    return requests.enumerated().filter { !requests[..<$0].contains($1) }.map(\.element)
  }

  /// Every device, and the host's processor once, whatever the number of its drivers.
  private static var allDevices: [DeviceRequest] {
    let all = (try? ComputeDevice.all()) ?? []
    let processor = all.firstIndex { $0.kind == .cpu }
    let used = all.indices.filter { all[$0].kind != .cpu || $0 == processor }
    return used.isEmpty ? [.auto] : used.map { .index($0) }
  }

  private static func names(in list: String) -> [String] {
    list.split(separator: ",").map { String($0.drop { $0 == " " }) }.filter { !$0.isEmpty }
  }

  /// What the service is started with.
  var configuration: PictureService.Configuration {
    var configuration = PictureService.Configuration(threads: threads)
    configuration.devices = devices
    configuration.model = model
    configuration.preload = models
    configuration.precision = precision
    configuration.size = size
    configuration.batch = batch
    configuration.pixelLimit = pixels
    configuration.admission.requests = queue
    configuration.admission.pixels = queuePixels
    configuration.byteLimit = memory << 20
    return configuration
  }
}

extension PrecisionRequest: @retroactive ExpressibleByArgument {}
