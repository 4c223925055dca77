import Foundation
import TestSupport
import Testing

/// Short seeded runs of `ReaderFuzz`; `scripts/fuzz` makes long ones.
@Suite struct ReaderFuzzTests {
  /// The built program, which is in the folder of the test bundle.
  private static let program: String = {
    let own = [
      try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"), CommandLine.arguments.first,
    ]
    let folders =
      own.compactMap { $0.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path } }
      + ["release", "debug"].map { SharedFiles.packageRoot + "/.build/" + $0 }
    return folders.map { $0 + "/ReaderFuzz" }.first { FileManager.default.isExecutableFile(atPath: $0) } ?? "ReaderFuzz"
  }()

  @Test(arguments: [
    ("safetensors", 1000), ("pth", 2000), ("pth-legacy", 2000), ("onnx", 500), ("onnx-external", 1000), ("png", 2000),
    ("jpeg", 2000),
    ("webp", 2000), ("bmp", 2000), ("y4m", 2000), ("list", 5000),
  ]) func damagedFilesOnlyGiveErrors(reader: String, cases: Int) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.program)
    process.arguments = ["--reader", reader, "--cases", "\(cases)"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    print(text, terminator: "")
    #expect(process.terminationStatus == 0, "\(text)")
    #expect(text.contains("\(reader): \(cases) cases"))
  }
}
