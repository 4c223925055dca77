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

  @Flag(help: "Follow links to folders; with -r, or those that a pattern's ** meets. Each folder is searched once.")
  var followLinks = false

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
    help: "Watch a folder: process its pictures, and then each new one, until SIGINT or SIGTERM.")
  var watch = false

  @Option(
    help: ArgumentHelp(
      """
      Seconds between two looks at a watched folder, 0.1 to 3600. By default the system tells of changes and, where it \
      cannot, as on network shares, 2.
      """, valueName: "seconds"))
  var poll: Double?

  @Option(
    help: ArgumentHelp(
      "The most pixels of a picture, up to 500 million; each takes about 10 bytes of memory.", valueName: "pixels"))
  var maxPixels = Picture.pixelLimit

  func validate() throws {
    guard (1...Self.mostPixels).contains(maxPixels) else {
      throw ValidationError("--max-pixels goes from 1 to \(Self.mostPixels)")
    }
    if inputs.isEmpty && filesFrom == nil { throw ValidationError("Missing expected argument '<inputs> ...'") }
    if let poll {
      guard watch else { throw ValidationError("--poll goes with --watch") }
      guard (0.1...3600).contains(poll) else { throw ValidationError("--poll goes from 0.1 to 3600 seconds") }
    }
    if followLinks, !recursive, !inputs.contains(where: { $0.bytes.contains(UInt8(ascii: "*")) }) {
      throw ValidationError("--follow-links goes with -r, or with a pattern that holds **")
    }
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
  /// - Parameter plan: where the results go.
  /// - Throws: `Failure` if the inputs are not one folder, or if it cannot be watched.
  func watchedFolder(_ plan: OutputPlan) throws(Failure) -> FolderWatch {
    guard filesFrom == nil, inputs.count == 1, inputs[0].isFolder else {
      let advice = inputs.first.flatMap { InputHint.notFile($0) }.map { ": '\(inputs[0])' \($0)" } ?? ""
      throw Failure(.usage, "--watch takes one folder and nothing else\(advice)")
    }
    try plan.checkWatch(of: inputs[0])
    let listing = Selection(rules(plan, keepsLeftOut: false)).listing(of: inputs[0])
    do {
      return try FolderWatch(listing, lookingEvery: poll.map { .seconds($0) })
    } catch {
      throw Failure(.file, error.description)
    }
  }

  private func rules(_ plan: OutputPlan, keepsLeftOut: Bool) -> Selection.Rules {
    let folders = inputs.filter(\.isFolder)
    var rules = Selection.Rules(FileRule(isResult: plan.isResult(in: folders), content: PictureRecognition.content))
    rules.isRecursive = recursive
    rules.followsLinks = followLinks
    rules.closedFolders = plan.closedFolders
    rules.keepsLeftOut = keepsLeftOut
    rules.shard = shard
    return rules
  }

  /// The pictures, and what else lies there.
  ///
  /// - Parameters:
  ///   - plan: where the results go.
  ///   - keepsLeftOut: whether what is not taken is kept by name.
  /// - Throws: `Failure` if the list cannot be read.
  func selection(_ plan: OutputPlan, keepsLeftOut: Bool) throws(Failure) -> PictureSelection {
    var selection = PictureSelection(rules(plan, keepsLeftOut: keepsLeftOut))
    for input in inputs { selection.add(input) }
    if let filesFrom { selection.add(listed: try listed(in: filesFrom)) }
    if plan.writesBeside { selection.explainResultName() }
    return selection
  }

  /// Whether the inputs are single pictures: no folder, no pattern and no list.
  var namesPictures: Bool {
    filesFrom == nil
      && inputs.allSatisfy { !$0.isFolder && ($0.exists || Pattern($0) == nil || InputHint.notFile($0) != nil) }
  }

  private func listed(in list: FilePath) throws(Failure) -> [FilePath] {
    let bytes: [UInt8]
    do {
      bytes =
        try list == "-"
        ? InputFile.bytes(from: .standardInput, name: "standard input") : InputFile.bytes(ofFileAt: list)
    } catch {
      if error.problem == .isDirectory {
        throw Failure(.file, "'\(list)': is a folder and not a list; name folders without --files-from")
      }
      if let advice = InputHint.notFile(list) { throw Failure(.file, "'\(list)': \(advice)") }
      throw Failure(error)
    }
    if let format = PictureFormat(ofUnknownFile: Array(bytes.prefix(PictureFormat.tellingBytes))) {
      throw Failure(.file, "'\(list)': is a picture (\(format.rawValue)) and not a list; name it without --files-from")
    }
    do throws(SelectionError) {
      return try FileList.paths(in: bytes, isNullSeparated: null, name: list == "-" ? "on standard input" : list)
    } catch {
      let advice = !null && bytes.contains(0) && !error.description.contains("UTF") ? "; add -0" : ""
      throw Failure(.file, error.description + advice)
    }
  }
}

extension Shard: ExpressibleByArgument {
  /// Reads `I/N`.
  public init?(argument: String) { self.init(argument) }
}
