import ArgumentParser
import U2Net

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Run two devices on one picture and say how far their maps lie apart.",
    discussion: "Exits with 6 when a map differs by more than the tolerance.")

  @Argument(help: "A picture: PNG, JPEG or WebP.")
  var input: String

  @OptionGroup var device: DeviceOptions

  @Option(help: "The device to compare with.")
  var against = "reference"

  @OptionGroup var model: ModelOptions

  @Option(help: "What no pixel of a map may differ by, on the scale 0 … 1.")
  var tolerance = 1e-4

  @Flag(help: "As JSON.")
  var json = false

  func validate() throws {
    guard tolerance >= 0 else { throw ValidationError("The tolerance is a number that is not negative") }
  }

  func run() throws {
    let keeping = Keeping()
    let picture = try InputPicture(input).picture().0
    let other = DeviceRequest(against)
    let detectors = try [device.request, other].map {
      try model.detector(on: $0, device, maps: .all, cache: keeping.cache)
    }
    let comparison = try Comparison(
      picture, detectors[0], asked: device.request, detectors[1], askedAgainst: other, tolerance: tolerance)
    keeping.warn(of: detectors)
    if json { try Console.json(comparison) } else { try Console.write(comparison.table) }
    guard comparison.agrees else {
      throw Failure(.verification, "the maps differ by more than \(Format.scientific(tolerance))")
    }
  }
}

extension Comparison {
  /// What people read.
  var table: String {
    let head = "\(model): \(device.name) against \(against.name)"
    let rows = rows.map { [$0.map, Format.scientific($0.max), Format.scientific($0.mean)] }
    return head + "\n" + Format.table([["map", "max", "mean"]] + rows)
  }
}
