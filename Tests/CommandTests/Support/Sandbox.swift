import Foundation
import TestSupport
import Testing

/// A temporary folder in which the built command runs; it is removed with this object.
final class Sandbox {
  /// What a process came to.
  struct Outcome {
    let code: Int32
    let output: [UInt8]
    let errors: String
    let seconds: Double

    var text: String { String(decoding: output, as: UTF8.self) }
    var lines: [String] { text.split(separator: "\n").map(String.init) }
  }

  /// The built command, which lies beside the test bundle.
  static let command: String = {
    let own = [
      try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"), CommandLine.arguments.first,
    ]
    let folders =
      own.compactMap { $0.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path } }
      + ["release", "debug"].map { SharedFiles.packageRoot + "/.build/" + $0 }
    return folders.map { $0 + "/u2cl" }.first { FileManager.default.isExecutableFile(atPath: $0) } ?? "u2cl"
  }()

  /// A picture that we made: an apple.
  static let demo = SharedFiles.packageRoot + "/Examples/demo.jpg"
  /// A U²-Net of two channels that takes any size: for what needs a model and not its masks.
  static let tinyModel = checkpoint("tiny_opset11_dynamic_anonymous.onnx")
  /// The built-in model's file.
  static let builtInModel = SharedFiles.packageRoot + "/Sources/CDefaultModel/u2cl-default.safetensors"
  /// In a child's environment: no OpenCL platform at all.
  static let noOpenCL = ["OCL_ICD_VENDORS": "/nonexistent"]

  static func picture(_ name: String) -> String { SharedFiles.packageRoot + "/Tests/PicturesTests/Fixtures/" + name }
  static func checkpoint(_ name: String) -> String {
    SharedFiles.packageRoot + "/Tests/CheckpointsTests/Fixtures/" + name
  }

  private let root: String
  /// Where the command runs.
  let folder: String

  init() throws {
    root = FileManager.default.temporaryDirectory.path + "/u2cl-tests-\(UUID().uuidString)"
    folder = root + "/work"
    for name in ["work", "models", "temporary"] {
      try FileManager.default.createDirectory(atPath: "\(root)/\(name)", withIntermediateDirectories: true)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  /// Where compiled programs are kept.
  var cache: String { root + "/cache" }

  /// Where installed models are looked for.
  var models: String { root + "/models" }

  /// A file in the folder.
  func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
  }

  /// A copy in the folder.
  func copy(_ path: String, to name: String) throws {
    try FileManager.default.copyItem(atPath: path, toPath: "\(folder)/\(name)")
  }

  /// A copy in the folder that can be run. Another process writes it: what is open for writing here is inherited by the
  /// programs that other tests start meanwhile, and cannot be run until they have closed it ("text file busy").
  func install(_ path: String, as name: String) throws {
    let arguments = ["-D", "-m", "755", path, name]
    let outcome = try launch("/usr/bin/install", arguments, environment: [:], input: [])
    try #require(outcome.code == 0, "\(outcome.errors)")
  }

  func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
  }

  func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: "\(folder)/\(name)", withDestinationPath: target)
  }

  /// Everything in the folder and in the child's temporary folder, at any depth.
  var files: Set<String> {
    Set(["work", "temporary"].flatMap { FileManager.default.subpaths(atPath: "\(root)/\($0)") ?? [] })
  }

  /// Runs the command in the folder, for at most `limit` seconds.
  func run(
    _ arguments: [String], environment: [String: String] = [:], input: [UInt8] = [], limit: Double = 300
  ) throws -> Outcome {
    try launch(Self.command, arguments, environment: environment, input: input, limit: limit)
  }

  /// Runs a script in the folder; `$U2CL` is the command. In bash: this process's threads block SIGCHLD, children
  /// inherit that, and dash's `wait` then never ends.
  func shell(_ script: String, environment: [String: String] = [:]) throws -> Outcome {
    try launch("/bin/bash", ["-c", script], environment: environment, input: [])
  }

  /// Runs any program in the folder. Its streams are files: a pipe that nobody reads would stop it.
  func launch(
    _ program: String, _ arguments: [String], environment: [String: String], input: [UInt8], limit: Double = 300
  ) throws -> Outcome {
    let streams = try ["in", "out", "err"].map { name in
      let path = "\(root)/\(name)-\(UUID().uuidString)"
      try Data(name == "in" ? input : []).write(to: URL(fileURLWithPath: path))
      return path
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    let own = [
      "U2CL_CACHE": cache, "U2CL_MODELS": models, "U2NET_HOME": models, "TMPDIR": root + "/temporary",
      "U2CL": Self.command, "U2CL_FIRST_RUN": "wait",
    ]
    process.environment = ProcessInfo.processInfo.environment.merging(own) { $1 }.merging(environment) { $1 }
    process.standardInput = FileHandle(forReadingAtPath: streams[0])
    process.standardOutput = FileHandle(forWritingAtPath: streams[1])
    process.standardError = FileHandle(forWritingAtPath: streams[2])
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    let clock = ContinuousClock()
    let start = clock.now
    try process.run()
    if ended.wait(timeout: .now() + limit) == .timedOut {
      kill(process.processIdentifier, SIGKILL)
      Issue.record("\(program) \(arguments.joined(separator: " ")) did not end")
      ended.wait()
    }
    let seconds = start.duration(to: clock.now) / .seconds(1)
    return Outcome(
      code: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
      output: try Self.bytes(streams[1]), errors: String(decoding: try Self.bytes(streams[2]), as: UTF8.self),
      seconds: seconds)
  }

  static func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }
}

extension Sandbox {
  /// The command fails as it should: the exit code, one line on standard error that says all of `says`, nothing on
  /// standard output, and the folder as it was.
  func expectFailure(
    _ code: Int32, _ arguments: [String], says: String..., environment: [String: String] = [:], input: [UInt8] = [],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try expectFailure(
      code, arguments, saysAll: says, environment: environment, input: input, sourceLocation: sourceLocation)
  }

  /// The same.
  func expectFailure(
    _ code: Int32, _ arguments: [String], saysAll says: [String], environment: [String: String] = [:],
    input: [UInt8] = [], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let before = files
    let outcome = try run(arguments, environment: environment, input: input)
    let what = "u2cl \(arguments.joined(separator: " "))\n\(outcome.errors)"
    #expect(outcome.code == code, "\(what)", sourceLocation: sourceLocation)
    #expect(outcome.output.isEmpty, "\(what)", sourceLocation: sourceLocation)
    #expect(files == before, "\(what)", sourceLocation: sourceLocation)
    let isOneLine = outcome.errors.hasSuffix("\n") && outcome.errors.count(where: \.isNewline) == 1
    #expect(isOneLine && outcome.errors.hasPrefix("u2cl: "), "\(what)", sourceLocation: sourceLocation)
    for part in says { #expect(outcome.errors.contains(part), "'\(part)' in\n\(what)", sourceLocation: sourceLocation) }
  }

  /// The command does what it should; what it wrote to standard output comes back.
  @discardableResult
  func expectSuccess(
    _ arguments: [String], environment: [String: String] = [:], input: [UInt8] = [],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Outcome {
    let outcome = try run(arguments, environment: environment, input: input)
    #expect(
      outcome.code == 0, "u2cl \(arguments.joined(separator: " "))\n\(outcome.errors)", sourceLocation: sourceLocation)
    return outcome
  }
}
