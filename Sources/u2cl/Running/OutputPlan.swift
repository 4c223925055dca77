import FileSelection
import U2Net

/// Which file each picture's mask goes to.
struct OutputPlan: Sendable {
  /// Where the masks go.
  private enum Destination {
    /// Beside each picture.
    case beside
    /// Into a folder, which is made when the first is written.
    case folder(String)
    case file(String)
    case standardOutput
  }

  /// What the names of our own files end in, which are no pictures to be masked when they lie among pictures.
  static let endings = [".mask.png"]

  private let destination: Destination
  private let sideMaps: String?

  /// - Parameters:
  ///   - isSingle: whether there can only be one picture.
  ///   - makesFolder: whether a folder that is not there will be made, for one in a folder that is.
  /// - Throws: `Failure` where `-o` names nothing that could be written.
  init(output: String?, sideMaps: String?, json: Bool, isSingle: Bool, makesFolder: Bool) throws(Failure) {
    self.sideMaps = sideMaps
    destination = try Self.destination(output, isSingle: isSingle, makesFolder: makesFolder)
    if output == "-" && (!isSingle || json) {
      throw Failure(.usage, "standard output takes one mask and nothing else; name a folder with -o")
    }
    if let sideMaps { try Self.checkFolder(of: sideMaps) }
  }

  private static func destination(
    _ output: String?, isSingle: Bool, makesFolder: Bool
  ) throws(Failure) -> Destination {
    guard let output else { return .beside }
    if output == "-" { return .standardOutput }
    if PathText.isFolder(output) { return .folder(output) }
    if !PathText.exists(output), output.hasSuffix("/") || !isSingle {
      if makesFolder { try checkFolder(of: output) } else { try checkFolder(output) }
      return .folder(output)
    }
    if !isSingle { throw Failure(.usage, "\(output) is a file; name a folder for the masks of many pictures") }
    guard output.lowercased().hasSuffix(".png") else {
      throw Failure(.usage, "\(output): masks are written as PNG; end the name in .png")
    }
    try checkFolder(of: output)
    return .file(output)
  }

  /// The folder that masks go to; nil where they go elsewhere.
  var folder: String? { if case .folder(let folder) = destination { folder } else { nil } }

  /// The jobs of all pictures, settled before anything runs.
  ///
  /// - Throws: `Failure` where two masks would go to one file, or a mask over a picture.
  func jobs(for files: [SelectedFile]) throws(Failure) -> [PictureJob] {
    var seen: Set<String> = []
    for file in files where !seen.insert(file.path).inserted {
      throw Failure(.usage, "\(file.path) is given twice; give it once")
    }
    let pictures = Set(files.filter { $0.path != "-" }.map { PathText.resolved($0.path) })
    var takers: [String: String] = [:]
    func take(_ target: String, for input: String) throws(Failure) {
      let resolved = PathText.resolved(target)
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
      // The names of the maps are the model's to say; pictures that share a stem would share all of them.
      if let sideMaps { try take("\(sideMaps)/\(Self.stem(of: file.path)).d0.png", for: file.path) }
      jobs.append(job)
    }
    return jobs
  }

  /// The job of one picture.
  func job(for file: SelectedFile, among pictures: Set<String> = []) throws(Failure) -> PictureJob {
    PictureJob(
      input: InputPicture(file.path), target: try target(of: file), sideMaps: sideMaps, pictures: pictures,
      makesFolder: folder != nil)
  }

  /// The mask's path; nil for standard output.
  private func target(of file: SelectedFile) throws(Failure) -> String? {
    let name = Self.stem(of: file.path) + Self.endings[0]
    switch destination {
    case .standardOutput: return nil
    case .file(let path): return path
    case .folder(let folder):
      let below = file.below.map { PathText.parent(of: $0) } ?? "."
      return PathText.joined(PathText.joined(folder, below == "." ? "" : below), name)
    case .beside:
      guard file.path != "-" else {
        throw Failure(.usage, "say where the mask of standard input goes: -o FILE, or -o -")
      }
      guard let slash = file.path.lastIndex(of: "/") else { return name }
      return "\(file.path[...slash])\(name)"
    }
  }

  /// `photo` of `folder/photo.jpg`.
  static func stem(of path: String) -> String {
    path == "-" ? "stdin" : path.fileStem
  }

  /// - Throws: `Failure` where there is no folder for a file of that path.
  static func checkFolder(of path: String) throws(Failure) { try checkFolder(PathText.parent(of: path)) }

  private static func checkFolder(_ path: String) throws(Failure) {
    guard PathText.isFolder(path) else { throw Failure(.file, "there is no folder \(path); make it first") }
  }
}
