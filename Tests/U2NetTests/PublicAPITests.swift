import Foundation
import TestSupport
import Testing

/// What a package of its own sees of U2Net: the examples compile against the built modules, and internals are hidden.
///
/// The compiler only checks types, which takes half a second; nothing is built. A package outside of this one has
/// another package name, so that `package` symbols are out of its reach, as they are here.
@Suite(.enabled(if: Compiler.shared != nil, "needs swiftc and the build folder of this package"))
struct PublicAPITests {
  /// Swift files in `Examples`.
  static let examples: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: SharedFiles.packageRoot + "/Examples")) ?? []
    return names.filter { $0.hasSuffix(".swift") }.sorted()
  }()

  @Test(arguments: examples) func examplesCompile(name: String) throws {
    let compiler = try #require(Compiler.shared)
    let errors = try compiler.errors(inFileAt: "\(SharedFiles.packageRoot)/Examples/\(name)")
    #expect(errors.isEmpty, "\(errors)")
  }

  /// The Swift programs of the documentation: blocks that begin with `import U2Net`.
  @Test func documentationCompiles() throws {
    let compiler = try #require(Compiler.shared)
    let root = SharedFiles.packageRoot
    let pages = (try? FileManager.default.contentsOfDirectory(atPath: root + "/docs")) ?? []
    for page in ["README.md"] + pages.filter({ $0.hasSuffix(".md") }).map({ "docs/\($0)" }) {
      guard let text = try? String(contentsOfFile: "\(root)/\(page)", encoding: .utf8) else { continue }
      for block in text.components(separatedBy: "```swift\n").dropFirst() {
        let program = block.components(separatedBy: "```")[0]
        guard program.hasPrefix("import U2Net") else { continue }
        let errors = try compiler.errors(in: program)
        #expect(errors.isEmpty, "\(page): \(errors)")
      }
    }
  }

  @Test(arguments: [
    "Benchmark.self", "Dataset.self", "DeviceChoice.self", "DeviceReport.self", "DeviceSession.self", "Graph.self",
    "CompilationOptions.self", "VerifiedDownload.self", "GuidedUpsampling.self", "CacheKey.self", "DriverList.absence",
    "Model.sizeRange",
  ]) func internalsAreHidden(expression: String) throws {
    let compiler = try #require(Compiler.shared)
    let errors = try compiler.errors(in: "import U2Net\nlet value = \(expression)\n")
    #expect(errors.contains("error: cannot find") || errors.contains("is inaccessible due to 'package'"), "\(errors)")
  }
}

/// The Swift compiler with the modules that were built beside the tests.
private struct Compiler {
  static let shared = Compiler()

  private let arguments: [String]

  /// Nil without a compiler, or where the tests run without their build folder.
  private init?() {
    let own = [
      try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"), CommandLine.arguments.first,
    ]
    let folders = own.compactMap { $0.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path } }
    let manager = FileManager.default
    guard let folder = folders.first(where: { manager.fileExists(atPath: $0 + "/Modules/U2Net.swiftmodule") }) else {
      return nil
    }
    let sources = SharedFiles.packageRoot + "/Sources"
    let libraries = ((try? manager.contentsOfDirectory(atPath: sources)) ?? []).map { "\(sources)/\($0)" }
      .filter { manager.fileExists(atPath: $0 + "/module.modulemap") }
    let targets = ((try? manager.contentsOfDirectory(atPath: folder)) ?? []).map { "\(folder)/\($0)/module.modulemap" }
      .filter { manager.fileExists(atPath: $0) }
    arguments =
      ["-swift-version", "6", "-enable-upcoming-feature", "MemberImportVisibility", "-I", folder + "/Modules"]
      + libraries.flatMap { ["-I", $0] } + targets.flatMap { ["-Xcc", "-fmodule-map-file=\($0)"] } + ["-typecheck"]
    guard (try? Self.run(["--version"])) != nil else { return nil }
  }

  /// The errors of a program; empty if it compiles.
  func errors(in program: String) throws -> String {
    let folder = try TemporaryFolder()
    try folder.write(Array(program.utf8), to: "main.swift")
    return try errors(inFileAt: folder.path + "/main.swift")
  }

  func errors(inFileAt path: String) throws -> String {
    let output = try Self.run(arguments + [path])
    return output.split(separator: "\n").filter { $0.contains("error: ") }.joined(separator: "\n")
  }

  /// Runs `swiftc`.
  ///
  /// - Returns: what it writes.
  private static func run(_ arguments: [String]) throws -> String {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["swiftc"] + arguments
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus != 127 else { throw CocoaError(.fileNoSuchFile) }
    return String(decoding: output, as: UTF8.self)
  }
}
