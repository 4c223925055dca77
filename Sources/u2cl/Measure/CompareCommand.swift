import ArgumentParser
import U2Net

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Run two devices on one picture and say how far their maps lie apart.",
    discussion: """
      What it is compared with computes in fp32. Exits with 6 when a map differs by more than the tolerance.
      """)

  @Argument(help: "A picture: PNG, JPEG or WebP.", completion: .file())
  var input: String

  @OptionGroup var device: DeviceOptions

  @Option(help: "The device to compare with.")
  var against = "reference"

  @OptionGroup var model: ModelOptions

  @Option(
    help: "What no pixel of a map may differ by, on the scale 0 … 1; 1e-4, or 2e-2 in half precision, unless told.")
  var tolerance: Double?

  @Flag(help: "As JSON.")
  var json = false

  func validate() throws {
    guard tolerance.map({ $0 >= 0 }) ?? true else {
      throw ValidationError("The tolerance is a number that is not negative")
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
  /// What people read.
  var table: String {
    let head = "\(model): \(device.name) against \(against.name)"
    let rows = rows.map { [$0.map, Format.scientific($0.max), Format.scientific($0.mean)] }
    return head + "\n" + Format.table([["map", "max", "mean"]] + rows)
  }
}
