import FileSelection
import Files
import Models
import Pictures
import U2Net

/// What is made of each picture, and which file it is written to.
struct OutputPlan: Sendable {
  /// Where the results are written.
  private enum Destination {
    /// Beside each picture.
    case beside
    /// Into a folder, which is created with the first result.
    case folder(FilePath)
    case file(FilePath)
    case standardOutput

    /// The file, if the user has named one.
    var file: FilePath? { if case .file(let path) = self { path } else { nil } }
  }

  /// The endings of the names of results, which are not taken for pictures.
  static let endings = Composition.Kind.allCases.flatMap { kind in
    PictureFormat.allCases.map { ".\(kind.rawValue).\($0.fileExtension)" }
  }

  private let destination: Destination
  private let composition: Composition
  private let encoding: EncodingOptions
  private let masks: MaskOptions
  /// The ending of a result's name, such as `mask.png`.
  private let suffix: String
  /// The background picture, which must not be overwritten.
  private let backdrop: FilePath?
  private let sideMaps: FilePath?

  /// - Parameters:
  ///   - options: what is made, and where it is written.
  ///   - background: the colour that transparent pictures are laid over.
  ///   - json: whether a report is written to standard output.
  ///   - isSingle: whether there is only one picture.
  ///   - makesFolder: whether the folder of the results will be created if only its parent exists.
  /// - Throws: `Failure` if `-o` names something that cannot be written.
  init(
    _ options: OutputOptions, background: Color, json: Bool, isSingle: Bool, makesFolder: Bool
  ) throws(Failure) {
    let output = options.path
    sideMaps = options.sideMaps
    destination = try Self.destination(output, isSingle: isSingle, makesFolder: makesFolder)
    encoding = try options.encoding(of: destination.file)
    masks = options.mask
    suffix = options.suffix
    backdrop = options.backdropFile
    if output == "-" && (!isSingle || json) {
      throw Failure(.usage, "standard output takes one picture and nothing else; name a folder with -o")
    }
    if let sideMaps { try Self.checkFolder(of: sideMaps) }
    composition = try options.composition(background: background)
  }

  private static func destination(
    _ output: FilePath?, isSingle: Bool, makesFolder: Bool
  ) throws(Failure) -> Destination {
    guard let output else { return .beside }
    if output == "-" { return .standardOutput }
    if output.isFolder { return .folder(output) }
    if !output.exists, output.endsWithSlash || !isSingle {
      if makesFolder { try checkFolder(of: output) } else { try checkFolder(output) }
      return .folder(output)
    }
    if !isSingle { throw Failure(.usage, "\(output) is a file; name a folder for what is made of many pictures") }
    try checkFolder(of: output)
    return .file(output)
  }

  /// The folder of the results; nil if they are written elsewhere.
  var folder: FilePath? { if case .folder(let folder) = destination { folder } else { nil } }

  /// The jobs of all pictures.
  ///
  /// - Throws: `Failure` if two results would have the same file, or if a result would overwrite a picture.
  func jobs(for files: [SelectedFile]) throws(Failure) -> [PictureJob] {
    var seen: Set<FilePath> = []
    for file in files where !seen.insert(file.path).inserted {
      throw Failure(.usage, "\(file.path) is given twice; give it once")
    }
    let kept = files.map(\.path) + (backdrop.map { [$0] } ?? [])
    let pictures = Set(kept.filter { $0 != "-" }.map(\.resolved))
    var takers: [FilePath: FilePath] = [:]
    func take(_ target: FilePath, for input: FilePath) throws(Failure) {
      let resolved = target.resolved
      if let other = takers.updateValue(input, forKey: resolved) {
        throw Failure(.usage, "\(other) and \(input) would both give \(target); give them different names")
      }
      if pictures.contains(resolved) {
        throw Failure(.usage, "\(target) is one of the pictures and would be overwritten; name another file with -o")
      }
    }
    var jobs: [PictureJob] = []
    jobs.reserveCapacity(files.count)
    for file in files {
      let job = try job(for: file, among: pictures)
      if let target = job.target { try take(target, for: file.path) }
      // The model decides the names of its maps; pictures with the same name would share all of them.
      if let sideMaps {
        try take(sideMaps.appending(Self.stem(of: file.path).adding(suffix: ".d0.png")), for: file.path)
      }
      jobs.append(job)
    }
    return jobs
  }

  /// The job of a picture.
  ///
  /// - Throws: `Failure` if there is no place for the result.
  func job(for file: SelectedFile, among pictures: Set<FilePath> = []) throws(Failure) -> PictureJob {
    PictureJob(
      input: InputPicture(file.path), target: try target(of: file), composition: composition, encoding: encoding,
      masks: masks, sideMaps: sideMaps, pictures: pictures, makesFolder: folder != nil)
  }

  /// The path of the result; nil for standard output.
  private func target(of file: SelectedFile) throws(Failure) -> FilePath? {
    let name = Self.stem(of: file.path).adding(suffix: ".\(suffix)")
    switch destination {
    case .standardOutput: return nil
    case .file(let path): return path
    case .folder(let folder):
      let below = file.relativePath?.parent ?? "."
      return folder.appending(below == "." ? "" : below).appending(name)
    case .beside:
      guard file.path != "-" else {
        throw Failure(.usage, "say where the result of standard input goes: -o FILE, or -o -")
      }
      guard let slash = file.path.bytes.lastIndex(of: UInt8(ascii: "/")) else { return name }
      return FilePath(bytes: file.path.bytes[...slash] + name.bytes)
    }
  }

  /// The name of a picture without its extension: `photo` for `folder/photo.jpg`.
  static func stem(of path: FilePath) -> FilePath { path == "-" ? "stdin" : path.stem }

  /// - Throws: `Failure` if the folder of a path does not exist.
  static func checkFolder(of path: FilePath) throws(Failure) { try checkFolder(path.parent) }

  private static func checkFolder(_ path: FilePath) throws(Failure) {
    guard path.isFolder else { throw Failure(.file, "there is no folder \(path); make it first") }
  }
}
