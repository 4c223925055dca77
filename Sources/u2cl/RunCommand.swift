import ArgumentParser
import FoundationEssentials
import U2Net

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Write the mask of what stands out in a picture.",
    discussion: """
      Without -o, photo.jpg gives photo.mask.png beside it. The mask is an 8-bit grey PNG of the picture's own size.
      The paths written go to standard output, everything else to standard error.
      """)

  @Argument(help: "Pictures: PNG, JPEG or WebP; - is standard input.")
  var inputs: [String]

  @Option(name: [.short, .customLong("output")], help: "The mask's file (.png), a folder for many, or - for standard output.")
  var output: String?

  @Option(help: "Also write every map of the network, d0 … d6, into this folder.")
  var sideMaps: String?

  @OptionGroup var model: ModelOptions

  @OptionGroup var device: DeviceOptions

  @Flag(help: "A report as JSON instead of the paths.")
  var json = false

  @Flag(name: .shortAndLong, help: "Nothing on standard error but failures and fallbacks.")
  var quiet = false

  func run() throws {
    let jobs = try OutputPlan(inputs: inputs, output: output, sideMaps: sideMaps, json: json).jobs
    let detector = try model.detector(on: device.request, strict: device.strict)
    if !quiet {
      let size = detector.preprocessing.size
      Console.error("\(detector.model.name) at \(size) on \(detector.device)")
    }
    var report = RunReport(
      model: detector.model.name,
      device: DeviceReport(detector.device, asked: device.request, fallback: detector.fallback), pictures: [])
    var failed: Failure?
    for job in jobs {
      do throws(Failure) {
        let entry = try job.run(detector)
        report.pictures.append(entry)
        if !json { job.announce(entry) }
        if !quiet {
          for note in entry.notes { Console.error("\(job.input.name): \(note)") }
          Console.error("\(job.input.name): \(entry.width)×\(entry.height) in \(Format.milliseconds(entry.seconds))")
        }
      } catch {
        Console.error("\(error)")
        failed = failed ?? error
      }
    }
    if json { try Console.json(report) }
    if let failed { throw ExitCode(failed.kind.rawValue) }
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
    /// What the reader should know of the picture.
    let notes: [String]
    /// Decoding, network and encoding.
    let seconds: Double
  }

  let model: String
  let device: DeviceReport
  var pictures: [Entry]
}

/// A picture that is named on the command line.
struct InputPicture {
  let path: String
  /// What messages call it.
  var name: String { path == "-" ? "standard input" : path }

  init(_ path: String) { self.path = path }

  func picture() throws(Failure) -> Picture {
    do {
      return path == "-"
        ? try Picture(decoding: Console.readAll(), name: name) : try Picture(contentsOf: path)
    } catch {
      throw Failure(error)
    }
  }
}
