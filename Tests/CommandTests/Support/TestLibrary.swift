import Foundation
import TestSupport
import Testing

/// Libraries in C that stand between the command and OpenCL's drivers, compiled when they are first needed.
enum TestLibrary {
  /// The layer whose variables `Tests/OpenCLLayers/faults.c` describes; nil where it cannot be compiled.
  static let faults = compiled("faults")
  /// The driver whose variable `Tests/OpenCLLayers/bad_driver.c` describes; nil where it cannot be compiled.
  static let badDriver = compiled("bad_driver")
  /// Why tests are skipped.
  static let absence: Comment = "no clang, or a loader without layers: faults are not tested"

  /// The environment of a command with the layer.
  static func layer(_ faults: [String: String]) -> [String: String] {
    faults.merging(["OPENCL_LAYERS": Self.faults ?? ""]) { $1 }
  }

  private static func compiled(_ name: String) -> String? {
    let target = FileManager.default.temporaryDirectory.path + "/u2cl-\(name)-\(UUID().uuidString).so"
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "clang", "-shared", "-fPIC", "-O1", "-o", target, SharedFiles.packageRoot + "/Tests/OpenCLLayers/\(name).c",
    ]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    process.waitUntilExit()
    return process.terminationStatus == 0 ? target : nil
  }
}
