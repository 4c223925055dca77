import Foundation
import TestSupport
import Testing

/// OpenCL drivers that end or block the process that loads or asks them, or that answer with errors: a library of the
/// tests' own, alone and beside this machine's drivers.
@Suite(.enabled(if: TestLibrary.badDriver != nil, TestLibrary.absence)) struct DriverTests {
  private static let run = [
    "run", Sandbox.demo, "--model", Sandbox.tinyModel, "-o", "-", "--size", "32", "--precision", "fp32", "--quiet",
  ]
  private let library = TestLibrary.badDriver ?? ""

  private func environment(
    _ sandbox: Sandbox, _ fault: String, beside: Bool, gpu: Bool = false
  ) throws -> [String: String] {
    var environment = [
      "OCL_ICD_VENDORS": try sandbox.drivers(beside: beside, bad: library), "BAD_DRIVER": fault,
      "U2CL_DRIVER_TIMEOUT": "3",
    ]
    if gpu { environment["BAD_DRIVER_GPU"] = "1" }
    return environment
  }

  /// The name of this machine's best device.
  private func soundDevice(_ sandbox: Sandbox) throws -> String {
    let devices = try JSON(sandbox.expectSuccess(["devices", "--json"]).output).list
    return try #require(devices.first?["name"]?.text)
  }

  private func expectRightMask(_ outcome: Sandbox.Outcome, _ sandbox: Sandbox, _ what: String) throws {
    let expected = try sandbox.expectSuccess(Self.run + ["--device", "cpu"])
    if outcome.code == 0 { try PNGFiles.expectAlike(outcome.output, expected.output, what) }
  }

  /// When and how a driver ends or blocks the process that uses it.
  private static let endings = [
    "load:abort", "load:exit", "load:hang", "list:abort", "list:exit", "list:hang", "devices:abort", "devices:exit",
  ]

  /// A driver that cannot be loaded is left out, and the others work.
  @Test(arguments: endings) func aDriverThatEndsTheProcessHidesNoOther(fault: String) throws {
    let sandbox = try Sandbox()
    let sound = try soundDevice(sandbox)
    let environment = try environment(sandbox, fault, beside: true)
    for round in 0..<2 {
      let listed = try sandbox.run(["devices"], environment: environment, limit: 20)
      let what = "\(fault), round \(round), \(listed.seconds) s\n\(listed.errors.prefix(2000))"
      #expect(listed.code == 0 && listed.text.contains(sound) && listed.saysOnce("bad.icd"), "\(what)")
      // What was found out is remembered.
      #expect(listed.seconds < (round == 0 ? 15 : 2.5), "\(what)")
    }
    let outcome = try sandbox.run(Self.run, environment: environment, limit: 20)
    let what = "\(fault)\n\(outcome.errors.prefix(2000))"
    #expect(outcome.code == 0 && outcome.saysOnce("bad.icd"), "\(what)")
    #expect(!outcome.errors.contains("reference"), "\(what)")
    try expectRightMask(outcome, sandbox, what)
    #expect(sandbox.endSurvivors().isEmpty, "\(what)")
  }

  /// Where the driver is the only one, the reference does the work; it is an error where a GPU was insisted on.
  @Test(arguments: ["load:abort", "list:exit", "list:hang", "devices:abort"])
  func aDriverThatEndsTheProcessAloneLeavesTheReference(fault: String) throws {
    let sandbox = try Sandbox()
    let environment = try environment(sandbox, fault, beside: false)
    let strict = try sandbox.run(
      Self.run + ["--device", "gpu", "--strict"], environment: environment, limit: 20)
    #expect(strict.code == 3 && strict.output.isEmpty && strict.saysOnce(), "\(fault)\n\(strict.errors.prefix(2000))")
    let outcome = try sandbox.run(Self.run, environment: environment, limit: 20)
    let what = "\(fault)\n\(outcome.errors.prefix(2000))"
    #expect(outcome.code == 0 && outcome.saysOnce("using the CPU reference instead"), "\(what)")
    try expectRightMask(outcome, sandbox, what)
    #expect(sandbox.endSurvivors().isEmpty, "\(what)")
  }

  /// A GPU whose context cannot be made, or whose driver ends or blocks the process then, is replaced by the next
  /// device.
  @Test(arguments: ["none", "context:fail", "context:abort", "context:exit", "context:hang"])
  func aGPUWithoutAContextIsReplaced(fault: String) throws {
    let sandbox = try Sandbox()
    let sound = try soundDevice(sandbox)
    let environment = try environment(sandbox, fault, beside: true, gpu: true)
    let outcome = try sandbox.run(Self.run, environment: environment, limit: 30)
    let what = "\(fault)\n\(outcome.errors.prefix(2000))"
    #expect(outcome.code == 0 && outcome.saysOnce("Bad device 0", sound), "\(what)")
    try expectRightMask(outcome, sandbox, what)
    let strict = try sandbox.run(
      Self.run + ["--device", "gpu", "--strict"], environment: environment, limit: 30)
    #expect(strict.code == 3 && strict.saysOnce("Bad device 0"), "\(fault)\n\(strict.errors.prefix(2000))")
    #expect(sandbox.endSurvivors().isEmpty, "\(what)")
  }

  /// A platform or a device that fails a query hides none of its siblings, and is told where devices are listed.
  @Test(arguments: [
    ("platform-query", "clGetPlatformInfo", ""), ("device-query", "clGetDeviceInfo", "Bad device 1"),
    ("devices:fail", "clGetDeviceIDs", ""),
  ])
  func aFailingQueryHidesNoOther(fault: String, call: String, sibling: String) throws {
    let sandbox = try Sandbox()
    let sound = try soundDevice(sandbox)
    let environment = try environment(sandbox, fault, beside: true)
    let listed = try sandbox.expectSuccess(["devices"], environment: environment)
    #expect(listed.text.contains(sound) && (sibling.isEmpty || listed.text.contains(sibling)), "\(listed.text)")
    #expect(!listed.text.contains("Bad device 0") && listed.saysOnce(call), "\(listed.text)\(listed.errors)")
    let outcome = try sandbox.expectSuccess(Self.run, environment: environment)
    #expect(!outcome.errors.contains("reference"), "\(outcome.errors)")
    try expectRightMask(outcome, sandbox, fault)
  }

  /// A platform without devices, or one that the loader gives up, is nothing to speak of.
  @Test(arguments: ["empty", "list:fail"]) func aDriverWithoutDevicesIsSilent(fault: String) throws {
    let sandbox = try Sandbox()
    let sound = try soundDevice(sandbox)
    let environment = try environment(sandbox, fault, beside: true)
    let listed = try sandbox.expectSuccess(["devices"], environment: environment)
    #expect(listed.text.contains(sound) && listed.errors.isEmpty, "\(listed.text)\(listed.errors)")
    let outcome = try sandbox.expectSuccess(Self.run, environment: environment)
    #expect(outcome.errors.isEmpty, "\(outcome.errors)")
  }
}
