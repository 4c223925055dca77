import FoundationEssentials
import U2Net

/// Which file each picture's mask goes to, settled before anything runs.
struct OutputPlan {
  let jobs: [MaskJob]

  /// - Throws: `Failure` where two masks would go to one file, or a mask over a picture.
  init(inputs: [String], output: String?, sideMaps: String?, json: Bool) throws(Failure) {
    let folder = try Self.folder(inputs: inputs, output: output)
    if output == "-" && (inputs.count > 1 || json) {
      throw Failure(.usage, "standard output takes one mask and nothing else; name a folder with -o")
    }
    if inputs.count(where: { $0 == "-" }) > 1 {
      throw Failure(.usage, "standard input holds one picture; give - once")
    }
    var jobs: [MaskJob] = []
    var taken: [String: String] = [:]
    for input in inputs {
      let target = try Self.target(of: input, output: output, folder: folder)
      if let target, let other = taken.updateValue(input, forKey: Self.resolved(target)) {
        throw Failure(.usage, "the masks of \(other) and \(input) would both be \(target); give them different names")
      }
      jobs.append(MaskJob(input: InputPicture(input), target: target, sideMaps: sideMaps))
    }
    if let over = inputs.first(where: { taken[Self.resolved($0)] != nil }) {
      throw Failure(.usage, "the mask would overwrite the picture \(over); name another file with -o")
    }
    self.jobs = jobs
  }

  /// The folder that `-o` names, where it names one.
  private static func folder(inputs: [String], output: String?) throws(Failure) -> String? {
    guard let output, output != "-" else { return nil }
    var isFolder = false
    let exists = FileManager.default.fileExists(atPath: output, isDirectory: &isFolder)
    if exists && isFolder { return output }
    if output.hasSuffix("/") || inputs.count > 1 {
      throw Failure(.usage, "\(output) is not a folder; make it first, or give one picture and one file")
    }
    guard output.lowercased().hasSuffix(".png") else {
      throw Failure(.usage, "\(output): masks are written as PNG; end the name in .png")
    }
    return nil
  }

  /// The mask's path; nil for standard output.
  private static func target(of input: String, output: String?, folder: String?) throws(Failure) -> String? {
    if output == "-" { return nil }
    if let folder { return "\(folder)/\(stem(of: input)).mask.png" }
    if let output { return output }
    guard input != "-" else { throw Failure(.usage, "say where the mask of standard input goes: -o FILE, or -o -") }
    guard let slash = input.lastIndex(of: "/") else { return "\(stem(of: input)).mask.png" }
    return "\(input[...slash])\(stem(of: input)).mask.png"
  }

  /// `photo` of `folder/photo.jpg`.
  static func stem(of path: String) -> String {
    guard path != "-" else { return "stdin" }
    let name = path.split(separator: "/").last.map(String.init) ?? path
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }

  /// A path that is the same for the same file, through links.
  private static func resolved(_ path: String) -> String {
    URL(fileURLWithPath: path).resolvingSymlinksInPath().path
  }
}
