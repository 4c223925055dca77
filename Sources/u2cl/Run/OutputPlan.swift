import FileSelection
import Files
import Models
import Pictures
import U2Net

/// What is made of each picture, and which file it is written to.
struct OutputPlan: Sendable {
  /// Where the results are written.
  enum Destination {
    /// Beside each picture.
    case beside
    /// Into a folder, which is created with the first result.
    case folder(FilePath)
    case file(FilePath)
    case standardOutput

    /// Whether one result alone goes there.
    var isOne: Bool {
      switch self {
      case .file, .standardOutput: true
      case .beside, .folder: false
      }
    }

    /// The file, if the user has named one.
    var file: FilePath? { if case .file(let path) = self { path } else { nil } }
  }

  let destination: Destination
  let composition: Composition
  let encoding: EncodingOptions
  let masks: MaskOptions
  /// How results are named.
  let naming: ResultName
  /// The background picture, which must not be overwritten.
  let backdrop: FilePath?
  let sideMaps: FilePath?

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
    naming = options.resultName
    if options.template != nil, destination.isOne {
      throw Failure(.usage, "--name names what goes into folders, and -o names one result; leave out one of them")
    }
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

  /// - Throws: `Failure` if the folder of a path does not exist.
  static func checkFolder(of path: FilePath) throws(Failure) { try checkFolder(path.parent) }

  private static func checkFolder(_ path: FilePath) throws(Failure) {
    guard path.isFolder else { throw Failure(.file, "there is no folder \(path); make it first") }
  }
}
