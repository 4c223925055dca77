import FoundationEssentials
import U2Net

/// One picture and where its mask goes.
struct MaskJob {
  let input: InputPicture
  /// The mask's path; nil for standard output.
  let target: String?
  /// The folder of the side maps, or nil.
  let sideMaps: String?
  /// Every picture of the command, resolved: nothing is written over them.
  let pictures: Set<String>

  /// Detects and writes: all files of a picture or none.
  ///
  /// - Parameter decoding: how long it took to decode the picture.
  func run(
    _ picture: Picture, decodedIn decoding: Duration, on detector: SaliencyDetector
  ) throws(Failure) -> RunReport.Entry {
    let clock = ContinuousClock()
    let start = clock.now
    let detection = try detector.detect(picture)
    let labels = try detection.labels()
    let mask: any PNGEncodable = if let labels { labels.colored } else { try detection.mask() }
    let classFiles = try classFiles(of: labels)
    let sideFiles = try sideFiles(of: detection)
    try write(sideFiles + classFiles + (target.map { [($0, mask)] } ?? []))
    if target == nil { try Console.write(encoded(mask)) }
    return RunReport.Entry(
      input: input.path, width: picture.size.width, height: picture.size.height, mask: target,
      sideMaps: sideFiles.map(\.path), classMasks: labels == nil ? nil : classFiles.map(\.path),
      notes: picture.notes.map { "\($0)" },
      seconds: (start.duration(to: clock.now) + decoding).seconds)
  }

  /// Names the files on standard output.
  func announce(_ entry: RunReport.Entry) throws(Failure) {
    for path in entry.sideMaps + (entry.classMasks ?? []) + (entry.mask.map { [$0] } ?? []) { try Console.write(path) }
  }

  private typealias MaskFile = (path: String, mask: any PNGEncodable)

  /// The mask of each class beside the label map, where that is a file: `photo.mask.upper.png`.
  private func classFiles(of labels: LabelMap?) throws(Failure) -> [MaskFile] {
    guard let target, let labels else { return [] }
    let stem = target.lowercased().hasSuffix(".png") ? String(target.dropLast(4)) : target
    var files: [MaskFile] = []
    for (index, name) in Self.fileNames(of: labels.classes).enumerated() {
      let path = "\(stem).\(name).png"
      guard !pictures.contains(OutputPlan.resolved(path)) else {
        throw Failure(.usage, "the mask of class \(name) would overwrite \(path); name another file with -o")
      }
      files.append((path, labels.mask(of: index)))
    }
    return files
  }

  /// The masks of all maps, where they are wanted.
  private func sideFiles(of detection: Detection) throws(Failure) -> [MaskFile] {
    guard let sideMaps else { return [] }
    let taken = pictures.union(target.map { [OutputPlan.resolved($0)] } ?? [])
    var files: [MaskFile] = []
    for (map, name) in zip(detection.maps, Self.fileNames(of: detection.maps.map(\.name))) {
      let path = "\(sideMaps)/\(OutputPlan.stem(of: input.path)).\(name).png"
      guard !taken.contains(OutputPlan.resolved(path)) else {
        throw Failure(.usage, "map \(map.name) would overwrite \(path); name another folder with --side-maps")
      }
      files.append((path, try detection.mask(of: map)))
    }
    return files
  }

  /// A part of a file's name for each map. A model may call its outputs anything: `/`, `..`, or two the same.
  static func fileNames(of maps: [String]) -> [String] {
    let names = maps.map { name in
      String(name.prefix(64).map { $0.isASCII && ($0.isLetter || $0.isNumber || "_-".contains($0)) ? $0 : "_" })
    }
    guard Set(names.map { $0.lowercased() }).count < names.count else { return names }
    return names.enumerated().map { "\($0)-\($1)" }
  }

  private func encoded(_ mask: any PNGEncodable) throws(Failure) -> [UInt8] {
    do { return try mask.encodedPNG(name: "standard output") } catch { throw Failure(error) }
  }

  private func write(_ files: [MaskFile]) throws(Failure) {
    let folder = try madeFolder()
    var written: [String] = []
    for file in files {
      do {
        try file.mask.writePNG(toFileAt: file.path)
        written.append(file.path)
      } catch {
        for path in written + (folder.map { [$0] } ?? []) { try? FileManager.default.removeItem(atPath: path) }
        throw Failure(error)
      }
    }
  }

  /// The folder of the side maps where it was not there and was made.
  private func madeFolder() throws(Failure) -> String? {
    guard let sideMaps, !FileManager.default.fileExists(atPath: sideMaps) else { return nil }
    do { try FileManager.default.createDirectory(atPath: sideMaps, withIntermediateDirectories: false) } catch {
      throw Failure(.file, "the folder \(sideMaps) cannot be made; check its path and permissions")
    }
    return sideMaps
  }
}
