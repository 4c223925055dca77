import Files
import JSON
import Models
import Processes
import U2Net

/// The programs ffmpeg and ffprobe of this machine. Their arguments never pass through a shell.
struct FFmpeg: Sendable {
  /// Where they are to be had.
  private static let advice = "install it (Debian: apt-get install ffmpeg)"
  /// The seconds for which a program that only looks at a file may be silent.
  private static let patience = 120.0

  let ffmpeg: FilePath
  private let ffprobe: FilePath
  /// The option that says which frames are dropped or repeated; it was renamed in version 5.1.
  let frameRateOption: String

  /// - Parameter path: the path of ffmpeg, in place of that in the folders of `PATH`; ffprobe lies beside it.
  /// - Throws: `Failure` if a program is missing or does not run.
  init(_ path: FilePath?) throws(Failure) {
    if let path {
      guard ProgramSearch.isProgram(path) else { throw Failure(.file, "\(path) is no program; name ffmpeg's path") }
      let beside = path.bytes.contains(UInt8(ascii: "/")) ? path.parent.appending("ffprobe") : "./ffprobe"
      ffmpeg = path.bytes.contains(UInt8(ascii: "/")) ? path : FilePath("./").appending(path)
      guard let probe = ProgramSearch.isProgram(beside) ? beside : ProgramSearch.path(of: "ffprobe") else {
        throw Failure(.file, "there is no ffprobe beside \(path); \(Self.advice)")
      }
      ffprobe = probe
    } else {
      guard let found = ProgramSearch.path(of: "ffmpeg"), let probe = ProgramSearch.path(of: "ffprobe") else {
        throw Failure(.file, "ffmpeg is not installed; \(Self.advice), or name it with --ffmpeg PATH")
      }
      (ffmpeg, ffprobe) = (found, probe)
    }
    let words = ChildProcess(ffmpeg, arguments: ["-version"].map { Array($0.utf8) }).run(patience: Self.patience)
    guard let words, words.end == .exit(0), let line = words.lines.first else {
      throw Failure(.file, "\(ffmpeg) does not run; \(Self.advice)")
    }
    frameRateOption = Self.isOld(line) ? "-vsync" : "-fps_mode"
  }

  /// Whether the first line of `ffmpeg -version` is that of a version below 5.1.
  private static func isOld(_ line: String) -> Bool {
    let words = line.split(separator: " ")
    guard words.count > 2 else { return false }
    let numbers = words[2].split(separator: ".").prefix(2).map { Int($0.prefix { $0.isNumber }) }
    // The versions of builds from git, such as N-109741, are new.
    guard let major = numbers.first ?? nil else { return false }
    let minor = numbers.count > 1 ? numbers[1] ?? 0 : 0
    return (major, minor) < (5, 1)
  }

  /// The first options: errors are written as they are, and standard input is left alone.
  static let commonOptions = ["-nostdin", "-v", "repeat+error"]

  /// A file as an argument: whatever its name is, it is no option and no address.
  static func name(_ file: FilePath) -> [UInt8] { Array("file:".utf8) + file.bytes }

  /// The options before an input file, and the file. Playlists may name files, and nothing from a network.
  static func input(_ file: FilePath) -> [[UInt8]] {
    ["-protocol_whitelist", "file,crypto,data", "-i"].map { Array($0.utf8) } + [name(file)]
  }

  /// What ffprobe says of a file.
  ///
  /// - Throws: `Failure` if it says nothing.
  func probe(_ file: FilePath) throws(Failure) -> VideoProbe {
    let words = ["-v", "repeat+error", "-show_streams", "-show_format", "-of", "json"]
    guard let outcome = run(ffprobe, words.map { Array($0.utf8) } + Self.input(file)) else {
      throw Failure(.file, "\(ffprobe) does not run; \(Self.advice)")
    }
    let text = outcome.lines.joined(separator: "\n")
    guard outcome.end == .exit(0), let probe = try? JSON.decode(VideoProbe.self, from: text.utf8) else {
      throw Failure(.file, "\(file) cannot be read as a video\(Self.reason(outcome.complaint, file)); copy it again")
    }
    return probe
  }

  /// The names of the encoders that ffmpeg has.
  func encoders() -> Set<String> {
    let outcome = run(ffmpeg, ["-hide_banner", "-encoders"].map { Array($0.utf8) })
    return Set((outcome?.lines ?? []).compactMap { $0.split(separator: " ").dropFirst().first.map(String.init) })
  }

  /// Whether ffmpeg succeeds with these arguments.
  func succeeds(_ arguments: [[UInt8]]) -> Bool { run(ffmpeg, arguments)?.end == .exit(0) }

  private func run(_ program: FilePath, _ arguments: [[UInt8]]) -> ChildProcess.Outcome? {
    ChildProcess(program, arguments: arguments).run(patience: Self.patience)
  }

  /// What ffmpeg complained about last; nil if it did not, or only about times that it corrects itself.
  static func complaint(of program: PipedProcess) -> String? {
    program.complaints.last { !$0.contains("monotonically increasing dts") }
  }

  /// A line of ffmpeg's in parentheses, without the name of the file and the address of a structure.
  static func reason(_ line: String?, _ file: FilePath) -> String {
    guard var line else { return "" }
    for prefix in ["file:\(file.string): ", "\(file.string): "] where line.hasPrefix(prefix) {
      line.removeFirst(prefix.count)
    }
    if line.hasPrefix("["), let end = line.firstIndex(of: "]") {
      line = String(line[line.index(after: end)...].drop { $0 == " " })
    }
    return " (\(line.printable()))"
  }
}
