import FoundationEssentials
import U2Net

/// One picture and where its mask goes.
struct MaskJob {
  let input: InputPicture
  /// The mask's path; nil for standard output.
  let target: String?
  /// The folder of the side maps, or nil.
  let sideMaps: String?

  /// Reads, detects, writes: all files of a picture or none.
  func run(_ detector: SaliencyDetector) throws(Failure) -> RunReport.Entry {
    let clock = ContinuousClock()
    let start = clock.now
    let picture = try input.picture()
    let detection = try detector.detect(picture)
    var files: [(path: String, mask: Mask)] = []
    if let sideMaps {
      for map in detection.maps {
        files.append(("\(sideMaps)/\(OutputPlan.stem(of: input.path)).\(map.name).png", try detection.mask(of: map)))
      }
    }
    let mask = try detection.mask()
    if let target { files.append((target, mask)) }
    try write(files)
    if target == nil { Console.write(try encoded(mask), to: .standardOutput) }
    let elapsed = start.duration(to: clock.now).components
    return RunReport.Entry(
      input: input.path, width: picture.size.width, height: picture.size.height, mask: target,
      sideMaps: files.dropLast(target == nil ? 0 : 1).map(\.path), notes: picture.notes.map { "\($0)" },
      seconds: Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18)
  }

  /// Names the files on standard output.
  func announce(_ entry: RunReport.Entry) {
    for path in entry.sideMaps + (entry.mask.map { [$0] } ?? []) { Console.write(path) }
  }

  private func encoded(_ mask: Mask) throws(Failure) -> [UInt8] {
    do { return try mask.encodedPNG(name: "standard output") } catch { throw Failure(error) }
  }

  private func write(_ files: [(path: String, mask: Mask)]) throws(Failure) {
    if let sideMaps, !FileManager.default.fileExists(atPath: sideMaps) {
      do { try FileManager.default.createDirectory(atPath: sideMaps, withIntermediateDirectories: true) } catch {
        throw Failure(.file, "the folder \(sideMaps) cannot be made; check its path and permissions")
      }
    }
    var written: [String] = []
    for file in files {
      do {
        try file.mask.writePNG(toFileAt: file.path)
        written.append(file.path)
      } catch {
        for path in written { try? FileManager.default.removeItem(atPath: path) }
        throw Failure(error)
      }
    }
  }
}
