import ArgumentParser
import Files
import Benchmarking
import Models
import U2Net

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Compare the maps of two devices for a picture.",
    discussion: """
      The second device computes in fp32. The exit code is 6 if a map differs by more than the tolerance.
      """)

  @Argument(help: "Picture (PNG, JPEG or WebP).", completion: .file())
  var input: FilePath

  @OptionGroup(title: "Device") var device: DeviceOptions

  @Option(help: ArgumentHelp("Device to compare with; the same values as --device.", valueName: "device"))
  var against = "reference"

  @OptionGroup(title: "Model") var model: ModelOptions

  @Option(
    help: ArgumentHelp(
      "Largest accepted difference of a pixel, on the scale 0 to 1. By default 1e-4, or 2e-2 in half precision.",
      valueName: "difference"))
  var tolerance: Double?

  @Flag(help: "Write the report as JSON.")
  var json = false

  func validate() throws {
    guard tolerance.map({ $0 >= 0 }) ?? true else {
      throw ValidationError("The tolerance must not be negative")
    }
  }

  func run() throws {
    let caches = PersistentCaches()
    let picture = try InputPicture(input).picture().picture
    let other = DeviceRequest(against)
    let detector = try model.detector(on: device.request, device, maps: .all, cache: caches.cache)
    let peer = try model.detector(on: other, device, precision: .fp32, maps: .all, cache: caches.cache)
    let tolerance = tolerance ?? Comparison.tolerance(of: detector.precision)
    let comparison = try Comparison(
      picture, detector, asked: device.request, peer, askedAgainst: other, tolerance: tolerance)
    caches.warn(of: [detector, peer])
    if json { try Console.json(comparison) } else { try Console.write(comparison.table) }
    guard comparison.agrees else {
      throw Failure(.verification, "the maps differ by more than \(Format.scientific(tolerance))")
    }
  }
}

extension Comparison {
  /// The table for people.
  var table: String {
    let head = "\(model): \(device.name) against \(against.name)"
    let rows = rows.map { [$0.map, Format.scientific($0.max), Format.scientific($0.mean)] }
    return head + "\n" + Format.table([["map", "max", "mean"]] + rows)
  }
}
