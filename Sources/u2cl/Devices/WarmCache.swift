import ArgumentParser
import Files
import Models
import U2Net

/// `u2cl cache warm`: compiles in advance what a first run would compile.
struct WarmCache: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "warm", abstract: "Compile the programs of models in advance, so that their first run starts at once.",
    usage: "u2cl cache warm [<options>]")

  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "Model: a name or a file; may be repeated. The built-in model and all installed ones by default.",
      valueName: "name or file"),
    completion: .file())
  var model: [FilePath] = []

  @Option(
    help: ArgumentHelp(
      "Side of the network's square input, 1 to 8192 pixels. The model's own size by default.", valueName: "pixels"))
  var size: Int?

  @Option(help: ArgumentHelp("Batch size, 1 to 4096.", valueName: "n"))
  var batch = 1

  @OptionGroup(title: "Device") var device: DeviceOptions

  @Flag(name: .shortAndLong, help: "Write only failures and fallbacks.")
  var quiet = false

  func validate() throws {
    try BatchSize.check(batch)
  }

  func run() throws {
    let caches = PersistentCaches()
    guard caches.cache.keepsPrograms else {
      throw Failure(.file, "there is no cache to keep programs in; see 'u2cl cache info'")
    }
    var firstFailure: Failure?
    for name in try models() {
      for request in device.requests {
        do throws(Failure) { try warm(name, on: request, caches) } catch {
          Console.error("\(name.map { "\($0): " } ?? "")\(error.message)")
          firstFailure = firstFailure ?? error
        }
      }
    }
    if let firstFailure { throw ExitCode(firstFailure.kind.exitCode) }
    if let problem = caches.cache.problem { throw Failure(.file, problem) }
  }

  /// The models; nil for the built-in one.
  private func models() throws(Failure) -> [FilePath?] {
    guard model.isEmpty else { return model }
    return [nil] + ModelStore().models().filter { $0.state == .installed }.map { FilePath($0.name) }
  }

  private func warm(_ name: FilePath?, on request: DeviceRequest, _ caches: PersistentCaches) throws(Failure) {
    var options = CompilationOptions(
      maps: .saliency, precision: device.precision, cache: caches.cache, usesTunings: !device.noTune)
    options.progress = CompilationDisplay.handler(isQuiet: quiet)
    let detector = try SaliencyDetector(
      model: name.map { name throws(Failure) in try Model(name) }, on: DeviceChoice(request, strict: device.strict),
      request, strict: device.strict, size: size, batch: batch, options)
    for line in [detector.fallback].compactMap({ $0 }) + detector.notes { Console.error(line) }
    guard !quiet else { return }
    let work = detector.compilationCost.map { "\($0.summary)" } ?? "nothing to compile"
    try Console.write("\(detector.model.name) at \(detector.preprocessing.size) on \(detector.device): \(work)")
  }
}
