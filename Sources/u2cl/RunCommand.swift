import ArgumentParser
import Glibc
import U2Net

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Write the mask of what stands out in a picture.",
    discussion: """
      Without -o, photo.jpg gives photo.mask.png beside it. The mask is an 8-bit grey PNG of the picture's own size.
      A model that parses clothes gives a coloured label map instead, and a mask for each class beside it
      (photo.mask.upper.png); one that draws portraits gives the drawing.
      The paths written go to standard output, everything else to standard error.
      """)

  @Argument(help: "Pictures: PNG, JPEG or WebP; - is standard input.")
  var inputs: [String]

  @Option(
    name: [.short, .customLong("output")], help: "The mask's file (.png), a folder for many, or - for standard output.")
  var output: String?

  @Option(help: "Also compute every map of the network, d0 … d6, and write them into this folder.")
  var sideMaps: String?

  @OptionGroup var model: ModelOptions

  @OptionGroup var device: DeviceOptions

  @Flag(help: "A report as JSON instead of the paths.")
  var json = false

  @Flag(name: .shortAndLong, help: "Nothing on standard error but failures and fallbacks.")
  var quiet = false

  func run() throws {
    let keeping = Keeping()
    var detector: SaliencyDetector?
    var entries: [RunReport.Entry] = []
    var failed: [(job: MaskJob, failure: Failure)] = []
    for job in try OutputPlan(inputs: inputs, output: output, sideMaps: sideMaps, json: json).jobs {
      do throws(Failure) {
        // The picture first: where it cannot be read, nothing need be compiled for it.
        let (picture, decoding) = try job.input.picture()
        let loaded = if let detector { detector } else { try load(keeping) }
        detector = loaded
        let entry = try job.run(picture, decodedIn: decoding, on: loaded)
        entries.append(entry)
        if !json { try job.announce(entry) }
        if !quiet { note(entry, of: job) }
      } catch {
        Console.error("\(error)")
        failed.append((job, error))
        // What is wrong with the model or the device is wrong for every picture.
        guard error.kind == .file else { break }
      }
    }
    if json, let detector, !entries.isEmpty {
      try Console.json(
        RunReport(
          model: detector.model.name,
          device: DeviceReport(detector.device, asked: device.request, fallback: detector.fallback), pictures: entries,
          failures: failed.map { RunReport.Failed(input: $0.job.input.path, error: $0.failure.description) }))
    }
    if let first = failed.first { throw ExitCode(first.failure.kind.rawValue) }
  }

  private func load(_ keeping: Keeping) throws(Failure) -> SaliencyDetector {
    let detector = try model.detector(
      on: device.request, device, maps: sideMaps == nil ? .saliency : .all, cache: keeping.cache)
    if !quiet {
      keeping.warn(of: [detector])
      let half = detector.precision == .float16 ? ", half precision" : ""
      Console.error("\(detector.model.name) at \(detector.preprocessing.size) on \(detector.device)\(half)")
    }
    return detector
  }

  private func note(_ entry: RunReport.Entry, of job: MaskJob) {
    let name = job.input.name.oneLine
    for note in entry.notes { Console.error("\(name): \(note)") }
    Console.error("\(name): \(entry.width)×\(entry.height) in \(Format.milliseconds(entry.seconds))")
  }
}

/// What `run --json` says.
struct RunReport: Codable {
  struct Entry: Codable {
    let input: String
    let width: Int
    let height: Int
    /// The mask's file; nil where it went to standard output.
    let mask: String?
    let sideMaps: [String]
    /// The masks of a parsing model's classes, the background's first; `mask` is then the label map. Nil for other models.
    let classMasks: [String]?
    /// What the reader should know of the picture.
    let notes: [String]
    /// Decoding, network and encoding.
    let seconds: Double
  }

  /// A picture that has no mask.
  struct Failed: Codable {
    let input: String
    let error: String
  }

  /// The version of this form.
  var schema = 1
  /// u2cl's version.
  var version = u2clVersion
  let model: String
  let device: DeviceReport
  let pictures: [Entry]
  let failures: [Failed]
}

/// A picture that is named on the command line.
struct InputPicture {
  let path: String
  /// What messages call it.
  var name: String { path == "-" ? "standard input" : path }

  init(_ path: String) { self.path = path }

  /// The picture, and how long it took to read and decode it.
  func picture() throws(Failure) -> (Picture, Duration) {
    let clock = ContinuousClock()
    let start = clock.now
    do {
      let picture =
        path == "-"
        ? try Picture(readingFrom: STDIN_FILENO, name: name) : try Picture(contentsOf: path)
      return (picture, start.duration(to: clock.now))
    } catch {
      throw Failure(error)
    }
  }
}
