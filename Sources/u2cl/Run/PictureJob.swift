import Benchmarking
import FileSelection
import FoundationEssentials
import Glibc
import Models
import Pictures
import U2Net

/// A picture, what is made of it, and where that is written.
struct PictureJob: Sendable {
  let input: InputPicture
  /// The path of the result; nil for standard output.
  let target: String?
  let composition: Composition
  let encoding: EncodingOptions
  /// The folder of the side maps; nil for none.
  let sideMaps: String?
  /// The resolved paths of all pictures, which must not be overwritten.
  let pictures: Set<String>
  /// Whether the folder of the result is created if it does not exist.
  let makesFolder: Bool

  /// Whether the result exists already.
  var isDone: Bool { target.map { PathText.exists($0) } ?? false }

  /// Makes and writes the result, or says why it could not be done.
  func stored(_ found: consuming DetectedPicture) -> Result<RunReport.Entry, Failure> {
    do throws(Failure) { return .success(try store(found)) } catch { return .failure(error) }
  }

  /// Makes and writes the result and its side files: all of them or none.
  private func store(_ found: consuming DetectedPicture) throws(Failure) -> RunReport.Entry {
    let clock = ContinuousClock()
    let start = clock.now
    let (size, notes, duration) = (found.picture.size, found.picture.notes, found.duration)
    let labels = composition.kind == .mask ? try found.detection?.labels() : nil
    let rendering = try labels == nil ? rendering(of: found) : nil
    let classFiles = try classFiles(of: labels)
    let sideFiles = try sideFiles(of: found.detection)
    // Encoders need much memory for large pictures, so the memory of the picture and its matte is freed first.
    _ = consume found
    let remarks = rendering?.notes ?? []
    let name = target ?? "standard output"
    let bytes = try encoded(consume rendering, labels, name: name)
    try write(sideFiles + classFiles + (target.map { [($0, bytes)] } ?? []))
    if target == nil { try Console.write(bytes) }
    return RunReport.Entry(
      input: input.path, width: size.width, height: size.height, output: composition.kind, file: target,
      sideMaps: sideFiles.map(\.path), classMasks: labels == nil ? nil : classFiles.map(\.path),
      notes: notes.map { "\($0)" } + remarks, seconds: (start.duration(to: clock.now) + duration).seconds)
  }

  private typealias File = (path: String, bytes: [UInt8])

  private func rendering(of found: DetectedPicture) throws(Failure) -> Rendering {
    switch found.finding {
    case .detection(let detection): try composition.rendering(of: found.picture, detection)
    case .mask(let mask): composition.rendering(of: found.picture, mask: mask)
    }
  }

  /// The encoded result, or the coloured label map of a parsing model.
  private func encoded(
    _ rendering: consuming Rendering?, _ labels: LabelMap?, name: String
  ) throws(Failure) -> [UInt8] {
    if let rendering = consume rendering { return try rendering.encoded(encoding, name: name) }
    do { return try labels?.colored.encoded(encoding, name: name) ?? [] } catch { throw Failure(error) }
  }

  /// The mask of each class beside the label map, such as `photo.mask.upper.png`; none on standard output.
  private func classFiles(of labels: LabelMap?) throws(Failure) -> [File] {
    guard let target, let labels else { return [] }
    let stem = target.lastIndex(of: ".").map { String(target[..<$0]) } ?? target
    var files: [File] = []
    for (index, name) in Self.fileNames(of: labels.classes).enumerated() {
      let path = "\(stem).\(name).png"
      guard !pictures.contains(PathText.resolved(path)) else {
        throw Failure(.usage, "the mask of class \(name) would overwrite \(path); name another file with -o")
      }
      files.append((path, try encoded(labels.mask(of: index), name: path)))
    }
    return files
  }

  /// The masks of all maps, if they were requested.
  private func sideFiles(of detection: Detection?) throws(Failure) -> [File] {
    guard let detection else { return [] }
    var files: [File] = []
    for (map, path) in zip(detection.maps, try sidePaths(of: detection.maps.map(\.name))) {
      files.append((path, try encoded(detection.mask(of: map), name: path)))
    }
    return files
  }

  /// The paths of the side maps; none if they were not requested.
  ///
  /// - Parameter maps: the names of the maps.
  /// - Throws: `Failure` if a path is that of a picture or of the mask.
  func sidePaths(of maps: [String]) throws(Failure) -> [String] {
    guard let sideMaps else { return [] }
    let mask = target.map(PathText.resolved)
    var paths: [String] = []
    for (map, name) in zip(maps, Self.fileNames(of: maps)) {
      let path = "\(sideMaps)/\(OutputPlan.stem(of: input.path)).\(name).png"
      let resolved = PathText.resolved(path)
      guard !pictures.contains(resolved), resolved != mask else {
        throw Failure(.usage, "map \(map) would overwrite \(path); name another folder with --side-maps")
      }
      paths.append(path)
    }
    return paths
  }

  /// A part of a file's name for each map. The names in a model may be anything: `/`, `..`, or the same name twice.
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
    if makesFolder, let target { try Self.makeFolder(PathText.parent(of: target)) }
    var written: [String] = []
    for file in files {
      do {
        try OutputFile.save(file.bytes, toFileAt: file.path)
        written.append(file.path)
      } catch {
        for path in written { unlink(path) }
        // This fails if another process has written into the folder.
        if let folder { rmdir(folder) }
        throw Failure(error)
      }
    }
  }

  /// Creates the folder of the side maps; nil if it exists already.
  private func madeFolder() throws(Failure) -> String? {
    guard let sideMaps, !PathText.exists(sideMaps) else { return nil }
    try Self.makeFolder(sideMaps)
    return sideMaps
  }

  /// Creates a folder and its parents; other threads may be creating it, too.
  private static func makeFolder(_ path: String) throws(Failure) {
    guard !PathText.isFolder(path) else { return }
    do { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) } catch {
      if PathText.isFolder(path) { return }
      throw Failure(.file, "the folder \(path) cannot be made; check its path and permissions")
    }
  }
}
