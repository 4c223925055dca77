import Benchmarking
import FileSelection
import Files
import Models
import Pictures
import StageTiming
import U2Net

/// A picture, what is made of it, and where that is written.
struct PictureJob: Sendable {
  var input: InputPicture
  /// The path of the result; nil for standard output.
  let target: FilePath?
  let composition: Composition
  let encoding: EncodingOptions
  /// How masks are made of maps.
  let masks: MaskOptions
  /// The folder of the side maps; nil for none.
  let sideMaps: FilePath?
  /// How results are named.
  let naming: ResultName
  /// The resolved paths of all pictures, which must not be overwritten.
  let pictures: Set<FilePath>
  /// Whether the folder of the result is created if it does not exist.
  let makesFolder: Bool
  /// See `refusal`.
  var boxedRefusal = BoxedRefusal.none

  /// A refusal in memory of its own, because there may be many jobs and few of them are refused.
  indirect enum BoxedRefusal {
    case none
    case refused(Failure)
  }

  /// Why the picture cannot be processed; nil if it can, as far as is known.
  var refusal: Failure? {
    get { if case .refused(let failure) = boxedRefusal { failure } else { nil } }
    set { boxedRefusal = newValue.map { .refused($0) } ?? .none }
  }

  /// Whether the result exists already.
  var isDone: Bool { refusal == nil && target?.exists ?? false }

  /// Makes and writes the result, or says why it could not be done.
  func stored(_ found: consuming DetectedPicture) -> Result<RunReport.Entry, Failure> {
    do throws(Failure) { return .success(try store(found)) } catch { return .failure(error) }
  }

  /// Makes and writes the result and its side files: all of them or none.
  private func store(_ found: consuming DetectedPicture) throws(Failure) -> RunReport.Entry {
    let clock = ContinuousClock()
    let start = clock.now
    let (size, notes, duration) = (found.picture.size, found.picture.notes, found.duration)
    let confidence = found.confidence
    let labels = try labels(of: found)
    if labels != nil, masks.invert {
      throw Failure(.usage, "the model writes classes, which have no inverse; leave out --invert")
    }
    let rendering = try labels == nil ? rendering(of: found) : nil
    let classFiles = try classFiles(of: labels)
    let sideFiles = try sideFiles(of: found.detection)
    // Encoders need much memory for large pictures, so the memory of the picture and its matte is freed first.
    _ = consume found
    let remarks = (rendering?.notes ?? []) + [masks.note(on: confidence)].compactMap { $0 }
    let name = target?.description ?? "standard output"
    let bytes = try encoded(consume rendering, labels, name: name)
    if target != nil { input.audit?.wrote(bytes) }
    let files = sideFiles + classFiles + (target.map { [($0, bytes)] } ?? [])
    try Stage.write.measure(bytes: { files.reduce(0) { $0 + $1.bytes.count } }) { () throws(Failure) in
      try write(files)
      if target == nil { try Console.write(bytes) }
    }
    return RunReport.Entry(
      input: input.path, width: size.width, height: size.height, output: composition.kind, file: target,
      sideMaps: sideFiles.map(\.path), classMasks: labels == nil ? nil : classFiles.map(\.path),
      confidence: confidence, notes: notes.map { "\($0)" } + remarks,
      seconds: (start.duration(to: clock.now) + duration).seconds)
  }

  private typealias File = (path: FilePath, bytes: [UInt8])

  /// The classes that a parsing model's mask is made of; nil for other models and compositions.
  private func labels(of found: DetectedPicture) throws(Failure) -> LabelMap? {
    guard composition.kind == .mask, let detection = found.detection, detection.profile.task == .parsing else {
      return nil
    }
    return try Stage.refine.measure(bytes: { $0?.labels.count ?? 0 }) { () throws(Failure) in try detection.labels() }
  }

  private func rendering(of found: DetectedPicture) throws(Failure) -> Rendering {
    switch found.finding {
    case .detection(let detection): try composition.rendering(of: found.picture, detection)
    case .mask(let mask): composition.rendering(of: found.picture, mask: mask.mask, confidence: mask.confidence)
    }
  }

  /// The encoded result, or the coloured label map of a parsing model.
  private func encoded(
    _ rendering: consuming Rendering?, _ labels: LabelMap?, name: String
  ) throws(Failure) -> [UInt8] {
    if let rendering = consume rendering { return try rendering.encoded(encoding, name: name) }
    guard let labels else { return [] }
    do {
      return try Stage.encode.measure(bytes: { 3 * labels.labels.count + $0.count }) { () throws(PictureError) in
        try labels.colored.encoded(encoding, name: name)
      }
    } catch { throw Failure(error) }
  }

  /// The mask of each class beside the label map, such as `photo.mask.upper.png`; none on standard output.
  private func classFiles(of labels: LabelMap?) throws(Failure) -> [File] {
    guard let target, let labels else { return [] }
    let stem = target.bytes.lastIndex(of: UInt8(ascii: ".")).map { FilePath(bytes: target.bytes[..<$0]) } ?? target
    var files: [File] = []
    for (index, name) in Self.fileNames(of: labels.classes).enumerated() {
      let path = stem.adding(suffix: ".\(name).png")
      guard !pictures.contains(path.resolved) else {
        throw Failure(.file, "the mask of class \(name) would overwrite \(path); name another file with -o")
      }
      files.append((path, try encoded(labels.mask(of: index), name: "\(path)")))
    }
    return files
  }

  /// The masks of all maps, if they were requested.
  private func sideFiles(of detection: Detection?) throws(Failure) -> [File] {
    guard let detection else { return [] }
    var files: [File] = []
    for (map, path) in zip(detection.maps, try sidePaths(of: detection.maps.map(\.name))) {
      files.append((path, try encoded(detection.mask(of: map), name: "\(path)")))
    }
    return files
  }

  /// The paths of the side maps; none if they were not requested.
  ///
  /// - Parameter maps: the names of the maps.
  /// - Throws: `Failure` if a path is that of a picture or of the mask.
  func sidePaths(of maps: [String]) throws(Failure) -> [FilePath] {
    guard let sideMaps else { return [] }
    let mask = target?.resolved
    var paths: [FilePath] = []
    for (map, name) in zip(maps, Self.fileNames(of: maps)) {
      let path = sideMaps.appending(naming.name(for: input.path, map: name))
      let resolved = path.resolved
      guard !pictures.contains(resolved), resolved != mask else {
        throw Failure(.file, "map \(map) would overwrite \(path); name another folder with --side-maps")
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
    do {
      return try Stage.encode.measure(pictures: 0, bytes: { mask.pixels.count + $0.count }) {
        () throws(PictureError) in try mask.encodedPNG(name: name)
      }
    } catch { throw Failure(error) }
  }

  private func write(_ files: [File]) throws(Failure) {
    let folder = try madeFolder()
    if makesFolder, let target { try ResultFolder.make(target.parent) }
    var written: [FilePath] = []
    for file in files {
      do {
        try OutputFile.save(file.bytes, toFileAt: file.path)
        written.append(file.path)
      } catch {
        for path in written { path.remove() }
        // This fails if another process has written into the folder.
        folder?.removeFolder()
        throw Failure(error)
      }
    }
  }

  /// Creates the folder of the side maps; nil if it exists already.
  private func madeFolder() throws(Failure) -> FilePath? {
    guard let sideMaps, !sideMaps.exists else { return nil }
    try ResultFolder.make(sideMaps)
    return sideMaps
  }
}
