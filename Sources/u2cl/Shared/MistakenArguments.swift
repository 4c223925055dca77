import Files
import Pictures

/// Arguments that the parser would take for something else than their writer meant.
enum MistakenArguments {
  /// What is wrong with the arguments, and what to write; nil if nothing is.
  ///
  /// A name such as `-dash.jpg` is a cluster of one-letter options to the parser, and the `h` in it asks for help.
  static func advice(on arguments: [FilePath], commands: [String]) -> String? {
    for argument in arguments.prefix(while: { $0 != "--" }) where argument.hasPrefix("-") {
      guard !argument.bytes.contains(UInt8(ascii: "=")), isFileName(argument) else { continue }
      return "\(argument) begins with - and is read as options; write ./\(argument), or -- before all names"
    }
    if arguments.first == "stream", arguments.count > 1, isFileName(arguments[1]) {
      return "'u2cl stream' reads standard input; write 'u2cl video \(arguments[1]) RESULT' for a video file"
    }
    guard let first = arguments.first, !first.hasPrefix("-"), !commands.contains(first.string), first != "help",
      isFileName(first) || first.isFolder || InputHint.notFile(first) != nil
    else { return nil }
    return "\(first) is no command; to mask pictures, write 'u2cl run' before their names"
  }

  /// Whether an argument is the name of a file: one that is there, or one that ends as those of pictures do.
  private static func isFileName(_ argument: FilePath) -> Bool {
    guard let ending = argument.lowercasedASCII.extension else { return false }
    return PictureFormat.allCases.contains { $0.fileExtensions.contains(ending) }
      || UnreadFormat(fileName: argument) != nil || argument.exists
  }
}
