import FoundationEssentials
import U2Net

/// One picture, what is made of it and where that goes.
struct MaskJob {
  let input: InputPicture
  /// The result's path; nil for standard output.
  let target: String?
  let composition: Composition
  let encoding: EncodingOptions
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
    let rendering = try composition.rendering(of: picture, detection)
    let sideFiles = try sideFiles(of: detection)
    let bytes = try rendering.encoded(encoding, name: target ?? "standard output")
    try write(sideFiles + (target.map { [($0, bytes)] } ?? []))
    if target == nil { try Console.write(bytes) }
    return RunReport.Entry(
      input: input.path, width: picture.size.width, height: picture.size.height, output: composition.kind,
      file: target, sideMaps: sideFiles.map(\.path), notes: picture.notes.map { "\($0)" } + rendering.notes,
      seconds: (start.duration(to: clock.now) + decoding).seconds)
  }

  /// Names the files on standard output.
  func announce(_ entry: RunReport.Entry) throws(Failure) {
    for path in entry.sideMaps + (entry.file.map { [$0] } ?? []) { try Console.write(path) }
  }

  private typealias File = (path: String, bytes: [UInt8])

  /// The masks of all maps, where they are wanted.
  private func sideFiles(of detection: Detection) throws(Failure) -> [File] {
    guard let sideMaps else { return [] }
    let taken = pictures.union(target.map { [OutputPlan.resolved($0)] } ?? [])
    var files: [File] = []
    for (map, name) in zip(detection.maps, Self.fileNames(of: detection.maps.map(\.name))) {
      let path = "\(sideMaps)/\(OutputPlan.stem(of: input.path)).\(name).png"
      guard !taken.contains(OutputPlan.resolved(path)) else {
        throw Failure(.usage, "map \(map.name) would overwrite \(path); name another folder with --side-maps")
      }
      files.append((path, try encoded(detection.mask(of: map), name: path)))
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

  private func encoded(_ mask: Mask, name: String) throws(Failure) -> [UInt8] {
    do { return try mask.encodedPNG(name: name) } catch { throw Failure(error) }
  }

  private func write(_ files: [File]) throws(Failure) {
    let folder = try madeFolder()
    var written: [String] = []
    for file in files {
      do {
        try OutputFile.save(file.bytes, toFileAt: file.path)
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
