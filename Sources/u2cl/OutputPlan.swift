import FoundationEssentials
import Glibc
import U2Net

/// Which file each picture's result goes to, settled before anything runs.
struct OutputPlan {
  let jobs: [MaskJob]

  /// - Throws: `Failure` where two results would go to one file, a result over a picture, or into no folder.
  init(
    inputs: [String], output: String?, options: OutputOptions, background: Color, sideMaps: String?, json: Bool
  ) throws(Failure) {
    let folder = try Self.folder(inputs: inputs, output: output)
    let encoding = try options.encoding(of: folder == nil && output != "-" ? output : nil)
    if output == "-" && (inputs.count > 1 || json) {
      throw Failure(.usage, "standard output takes one picture and nothing else; name a folder with -o")
    }
    if let twice = inputs.indices.first(where: { inputs[..<$0].contains(inputs[$0]) }) {
      throw Failure(.usage, "\(inputs[twice]) is given twice; give it once")
    }
    if let sideMaps { try Self.checkFolder(Self.parent(of: sideMaps)) }
    let kept = inputs + (options.backdropFile.map { [$0] } ?? [])
    let pictures = Set(kept.filter { $0 != "-" }.map(Self.resolved))
    let composition = try options.composition(background: background)
    var takers: [String: String] = [:]
    func take(_ target: String, for input: String) throws(Failure) {
      if let other = takers.updateValue(input, forKey: Self.resolved(target)) {
        throw Failure(.usage, "\(other) and \(input) would both give \(target); give them different names")
      }
      if pictures.contains(Self.resolved(target)) {
        throw Failure(.usage, "\(target) is one of the pictures and would be overwritten; name another file with -o")
      }
    }
    var jobs: [MaskJob] = []
    for input in inputs {
      let target = try Self.target(of: input, output: output, folder: folder, suffix: options.suffix)
      if let target { try take(target, for: input) }
      // The names of the maps are the model's to say; pictures that share a stem would share all of them.
      if let sideMaps { try take("\(sideMaps)/\(Self.stem(of: input)).d0.png", for: input) }
      jobs.append(
        MaskJob(
          input: InputPicture(input), target: target, composition: composition, encoding: encoding,
          sideMaps: sideMaps, pictures: pictures))
    }
    self.jobs = jobs
  }

  /// The folder that `-o` names, where it names one.
  private static func folder(inputs: [String], output: String?) throws(Failure) -> String? {
    guard let output, output != "-" else { return nil }
    if isFolder(output) { return output }
    if output.hasSuffix("/") || (inputs.count > 1 && !FileManager.default.fileExists(atPath: output)) {
      try checkFolder(output)
    }
    if inputs.count > 1 {
      throw Failure(.usage, "\(output) is a file; name a folder for what is made of many pictures")
    }
    try checkFolder(parent(of: output))
    return nil
  }

  /// The result's path; nil for standard output.
  private static func target(
    of input: String, output: String?, folder: String?, suffix: String
  ) throws(Failure) -> String? {
    if output == "-" { return nil }
    if let folder { return "\(folder)\(folder.hasSuffix("/") ? "" : "/")\(stem(of: input)).\(suffix)" }
    if let output { return output }
    guard input != "-" else { throw Failure(.usage, "say where the result of standard input goes: -o FILE, or -o -") }
    guard let slash = input.lastIndex(of: "/") else { return "\(stem(of: input)).\(suffix)" }
    return "\(input[...slash])\(stem(of: input)).\(suffix)"
  }

  /// `photo` of `folder/photo.jpg`.
  static func stem(of path: String) -> String {
    path == "-" ? "stdin" : path.fileStem
  }

  /// A path that is the same for the same file, through links; also where the file is yet to be written.
  static func resolved(_ path: String) -> String {
    func real(_ path: String) -> String? {
      guard let real = realpath(path, nil) else { return nil }
      defer { free(real) }
      return String(cString: real)
    }
    if let file = real(path) { return file }
    guard let folder = real(parent(of: path)), let name = path.split(separator: "/").last else { return path }
    return folder.hasSuffix("/") ? "\(folder)\(name)" : "\(folder)/\(name)"
  }

  /// The folder that a path is in.
  private static func parent(of path: String) -> String {
    var path = path[...]
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
  }

  /// - Throws: `Failure` where there is no folder for a file of that path.
  static func checkFolder(of path: String) throws(Failure) { try checkFolder(parent(of: path)) }

  private static func checkFolder(_ path: String) throws(Failure) {
    guard isFolder(path) else { throw Failure(.file, "there is no folder \(path); make it first") }
  }
}
