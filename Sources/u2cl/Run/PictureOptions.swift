import ArgumentParser
import FileSelection
import Glibc
import U2Net

/// Which pictures are meant.
struct PictureOptions: ParsableArguments {
  @Argument(
    help: "Pictures (PNG, JPEG, WebP), folders of them, patterns such as 'photos/**/*.jpg'; - is standard input.")
  var inputs: [String] = []

  @Flag(name: .shortAndLong, help: "Look into the folders of folders; what is below a folder is kept below -o.")
  var recursive = false

  @Option(help: "Also take the paths listed in this file, one a line; - is standard input.")
  var filesFrom: String?

  @Flag(name: [.customShort("0"), .long], help: "The list's paths are ended by a zero byte, as by find -print0.")
  var null = false

  @Option(help: "Only part I of N of the pictures, by a hash of their paths: I/N, from 1/N to N/N.")
  var shard: Shard?

  @Flag(help: "Leave out pictures whose files are there already.")
  var skipExisting = false

  @Flag(
    name: [.customShort("w"), .long],
    help: "Follow one folder: mask what is in it, then each picture that is put there, until SIGINT or SIGTERM.")
  var watch = false

  func validate() throws {
    if inputs.isEmpty && filesFrom == nil { throw ValidationError("Missing expected argument '<inputs> ...'") }
    if null && filesFrom == nil { throw ValidationError("-0 says how a list is written; name it with --files-from") }
    if filesFrom == "-" && inputs.contains("-") {
      throw ValidationError("Standard input is a picture or a list, not both")
    }
  }

  /// The folder that is to be followed, started to be.
  ///
  /// - Parameter folder: where results go.
  func watchedFolder(writingInto folder: String?) throws(Failure) -> FolderWatch {
    guard filesFrom == nil, inputs.count == 1, PathText.isFolder(inputs[0]) else {
      throw Failure(.usage, "--watch follows one folder; name it and nothing else")
    }
    let listing = FolderListing(of: inputs[0], isRecursive: recursive, Self.names, closed: Self.closed(folder))
    do { return try FolderWatch(listing) } catch { throw Failure(.file, error.description) }
  }

  /// What is taken from folders.
  static let names = NameRule(endings: [".png", ".jpg", ".jpeg", ".webp"], leftOut: OutputPlan.endings)

  /// The pictures, this shard's alone.
  ///
  /// - Parameter folder: where results go, which is not looked into; nil where they go beside the pictures.
  func files(writingInto folder: String?) throws(Failure) -> [SelectedFile] {
    var rules = Selection.Rules(names: Self.names)
    rules.isRecursive = recursive
    rules.closed = Self.closed(folder)
    var files: [SelectedFile] = []
    for input in inputs {
      do { files += try Selection(rules).files(named: input) } catch { throw Failure(.file, error.description) }
    }
    if let filesFrom { files += try listed(in: filesFrom).map { SelectedFile(path: $0) } }
    return shard.map { shard in files.filter { shard.contains($0) } } ?? files
  }

  /// Whether only the pictures themselves are named: no folder, no pattern, no list.
  var namesPictures: Bool {
    filesFrom == nil && inputs.allSatisfy { !PathText.isFolder($0) && (PathText.exists($0) || Pattern($0) == nil) }
  }

  /// Results among the pictures, as in photos/masks, are not looked into.
  private static func closed(_ folder: String?) -> Set<String> { folder.map { [PathText.resolved($0)] } ?? [] }

  private func listed(in list: String) throws(Failure) -> [String] {
    do {
      let bytes =
        try list == "-" ? InputFile.bytes(from: STDIN_FILENO, name: "standard input") : InputFile.bytes(ofFileAt: list)
      return FileList.paths(in: bytes, isNullSeparated: null)
    } catch {
      throw Failure(error)
    }
  }
}

extension Shard: ExpressibleByArgument {
  /// `I/N`.
  public init?(argument: String) { self.init(argument) }
}
