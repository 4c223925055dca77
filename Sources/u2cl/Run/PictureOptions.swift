import ArgumentParser
import FileSelection
import Files
import Models
import Pictures
import U2Net

/// The pictures of `u2cl run`.
struct PictureOptions: ParsableArguments {
  @Argument(
    help: """
      Pictures (PNG, JPEG, WebP, HEIC, AVIF, TIFF …), folders of pictures, or patterns such as 'photos/**/*.jpg'; - \
      is standard input.
      """)
  var inputs: [FilePath] = []

  @Flag(
    name: .shortAndLong,
    help: "Search the subfolders of folders, too. Results are written into the same subfolders of -o.")
  var recursive = false

  @Option(help: ArgumentHelp("File that lists paths, one per line; - is standard input.", valueName: "file"))
  var filesFrom: FilePath?

  @Flag(name: [.customShort("0"), .long], help: "Paths in the list end with a zero byte, as those of find -print0 do.")
  var null = false

  @Option(
    help: ArgumentHelp(
      "Process only part I of N of the pictures, from 1/N to N/N; a hash of the path decides.", valueName: "I/N"))
  var shard: Shard?

  @Flag(help: "Skip pictures whose results exist already.")
  var skipExisting = false

  @Flag(
    name: [.customShort("w"), .long],
    help: """
      Watch a folder: process its pictures, and then each new one, until SIGINT or SIGTERM.
      """)
  var watch = false

  @Option(
    help: ArgumentHelp(
      "The most pixels of a picture, up to 500 million; each takes about 10 bytes of memory.", valueName: "pixels"))
  var maxPixels = Picture.pixelLimit

  func validate() throws {
    guard (1...Self.mostPixels).contains(maxPixels) else {
      throw ValidationError("--max-pixels goes from 1 to \(Self.mostPixels)")
    }
    if inputs.isEmpty && filesFrom == nil { throw ValidationError("Missing expected argument '<inputs> ...'") }
    if null && filesFrom == nil {
      throw ValidationError("-0 is about a list of paths; name the list with --files-from")
    }
    if filesFrom == "-" && inputs.contains("-") {
      throw ValidationError("Standard input is a picture or a list, not both")
    }
  }

  /// Kernels index up to four samples a pixel with 32 bits.
  static let mostPixels = 500_000_000

  /// Starts to watch the folder.
  ///
  /// - Parameter folder: the folder of the results.
  /// - Throws: `Failure` if the inputs are not one folder, or if it cannot be watched.
  func watchedFolder(writingInto folder: FilePath?) throws(Failure) -> FolderWatch {
    guard filesFrom == nil, inputs.count == 1, inputs[0].isFolder else {
      throw Failure(.usage, "--watch takes one folder and nothing else")
    }
    let listing = FolderListing(of: inputs[0], isRecursive: recursive, Self.names, closed: Self.closed(folder))
    do { return try FolderWatch(listing) } catch { throw Failure(.file, error.description) }
  }

  /// The names that are taken from folders: those of every format that can be read, and browsers' `.jfif`.
  static let names = NameRule(
    endings: PictureFormat.allCases.flatMap(\.fileExtensions).map { ".\($0)" } + [".jfif"],
    leftOut: OutputPlan.endings)

  /// The pictures of this shard.
  ///
  /// - Parameter folder: the folder of the results, which is not searched; nil if results are written elsewhere.
  /// - Throws: `Failure` if an input does not exist or cannot be read.
  func files(writingInto folder: FilePath?) throws(Failure) -> [SelectedFile] {
    var rules = Selection.Rules(names: Self.names)
    rules.isRecursive = recursive
    rules.closedFolders = Self.closed(folder)
    var files: [SelectedFile] = []
    for input in inputs {
      do { files += try Selection(rules).files(named: input) } catch { throw Failure(.file, error.description) }
    }
    if let filesFrom { files += try listed(in: filesFrom).map { SelectedFile($0) } }
    return shard.map { shard in files.filter { shard.contains($0) } } ?? files
  }

  /// Whether the inputs are single pictures: no folder, no pattern and no list.
  var namesPictures: Bool {
    filesFrom == nil && inputs.allSatisfy { !$0.isFolder && ($0.exists || Pattern($0) == nil) }
  }

  /// The folders that are not searched: that of the results, which may lie among the pictures.
  private static func closed(_ folder: FilePath?) -> Set<FilePath> { folder.map { [$0.resolved] } ?? [] }

  private func listed(in list: FilePath) throws(Failure) -> [FilePath] {
    do {
      let bytes =
        try list == "-"
        ? InputFile.bytes(from: .standardInput, name: "standard input") : InputFile.bytes(ofFileAt: list)
      return FileList.paths(in: bytes, isNullSeparated: null)
    } catch {
      throw Failure(error)
    }
  }
}

extension Shard: ExpressibleByArgument {
  /// Reads `I/N`.
  public init?(argument: String) { self.init(argument) }
}
