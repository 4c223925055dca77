import Foundation
import TestSupport
import Testing

/// A device that fails, miscompiles, or ends or blocks the process that compiles for it: the next device does the work,
/// which is told in one line.
@Suite(.enabled(if: TestLibrary.faults != nil, TestLibrary.absence)) struct FallbackTests {
  /// A GPU with a name of its own, before a sound device that is this machine's own.
  private static let gpu = ["FAULTS_GPU": "1", "FAULTS_NAME": "Faulty GPU", "FAULTS_TWIN": "cpu"]
  /// A CPU that comes before the sound one, as it tells more compute units.
  private static let cpu = ["FAULTS_NAME": "Faulty GPU", "FAULTS_TWIN": "cpu", "FAULTS_UNITS": "999"]
  /// Seconds that a driver may take for something that takes a moment.
  private static let timeLimit = ["U2CL_DRIVER_TIMEOUT": "3"]
  private static let run = [
    "run", Sandbox.demo, "--model", Sandbox.tinyModel, "-o", "-", "--size", "32", "--precision", "fp32",
  ]

  private func environment(_ device: [String: String], _ faults: [String: String]) -> [String: String] {
    TestLibrary.layer(device.merging(Self.timeLimit) { $1 }.merging(faults) { $1 })
  }

  /// The name of this machine's best device.
  private func soundDevice(_ sandbox: Sandbox) throws -> String {
    let devices = try JSON(sandbox.expectSuccess(["devices", "--json"]).output).list
    return try #require(devices.first?["name"]?.text)
  }

  /// Whether the mask is the sound device's.
  private func expectRightMask(_ outcome: Sandbox.Outcome, _ sandbox: Sandbox, _ what: String) throws {
    let expected = try sandbox.expectSuccess(Self.run + ["--device", "cpu", "--quiet"])
    if outcome.code == 0 { try PNGFiles.expectAlike(outcome.output, expected.output, what) }
  }

  /// Kernels that all fail, as drivers make them fail.
  private static let failures = [
    ["FAULTS_MISCOMPILE": "conv2d"], ["FAULTS_BUILD_FAILS": "__kernel"],
    ["FAULTS_LOST_AFTER": "0", "FAULTS_LOST_CONTEXTS": "999"],
  ]

  @Test(arguments: failures, ["cpu", "gpu"])
  func theNextDeviceDoesTheWork(faults: [String: String], twin: String) throws {
    let sandbox = try Sandbox()
    let faults = environment(Self.gpu, faults.merging(["FAULTS_TWIN": twin]) { $1 })
    let sound = try soundDevice(sandbox)
    for round in 0..<2 {
      let outcome = try sandbox.run(Self.run + ["--quiet"], environment: faults, limit: 60)
      let what = "\(faults), round \(round)\n\(outcome.errors.prefix(2000))"
      #expect(outcome.code == 0 && outcome.saysOnce("Faulty GPU", sound), "\(what)")
      #expect(!outcome.errors.contains("reference"), "\(what)")
      try expectRightMask(outcome, sandbox, what)
    }
  }

  /// Nothing stands in for a device that was insisted on.
  @Test(arguments: failures) func noOtherDeviceIsUsed(faults: [String: String]) throws {
    let sandbox = try Sandbox()
    for device in [["--strict"], ["--device", "gpu", "--strict"], ["--device", "0"], ["--device", "Faulty"]] {
      try sandbox.expectFailure(
        3, Self.run + ["--quiet"] + device, says: "Faulty GPU", environment: environment(Self.gpu, faults))
    }
  }

  /// Where there is no other device, the reference does the work.
  @Test(arguments: failures + [["FAULTS_BUILD_ABORTS": "__kernel"]])
  func theReferenceComesLast(faults: [String: String]) throws {
    let sandbox = try Sandbox()
    let outcome = try sandbox.run(
      Self.run + ["--quiet"], environment: environment(Self.gpu, faults.merging(["FAULTS_TWIN": ""]) { $1 }), limit: 60)
    let what = "\(faults)\n\(outcome.errors.prefix(2000))"
    #expect(outcome.code == 0 && outcome.saysOnce("Faulty GPU", "using the CPU reference instead"), "\(what)")
    try expectRightMask(outcome, sandbox, what)
  }

  /// How compilers end or block a process.
  private static let endings = ["FAULTS_BUILD_ABORTS", "FAULTS_BUILD_EXITS", "FAULTS_BUILD_HANGS"]

  /// What was found out is remembered: the next process does not compile for the device again, and says the same. An
  /// updated driver is tried again.
  @Test(arguments: endings, [gpu, cpu])
  func aCompilerThatEndsTheProcessEndsNothing(ending: String, device: [String: String]) throws {
    let sandbox = try Sandbox()
    let sound = try soundDevice(sandbox)
    let counter = sandbox.folder + "/processes"
    func attempts() -> Int { FileManager.default.contents(atPath: counter)?.count ?? 0 }
    func faults(driver: String) -> [String: String] {
      environment(device, [ending: "__kernel", "FAULTS_BUILD_COUNTER": counter, "FAULTS_DRIVER": driver])
    }
    for round in 0..<2 {
      let before = attempts()
      let outcome = try sandbox.run(Self.run + ["--quiet"], environment: faults(driver: "1"), limit: 30)
      let what = "\(ending), round \(round), \(outcome.seconds) s\n\(outcome.errors.prefix(2000))"
      #expect(outcome.code == 0 && outcome.saysOnce("Faulty GPU", sound), "\(what)")
      #expect(outcome.seconds < 20, "\(what)")
      #expect(round == 0 ? attempts() > before : attempts() == before, "\(what)")
      try expectRightMask(outcome, sandbox, what)
      #expect(sandbox.endSurvivors().isEmpty, "\(what)")
    }
    let before = attempts()
    let updated = try sandbox.run(Self.run + ["--quiet"], environment: faults(driver: "2"), limit: 30)
    #expect(updated.code == 0 && attempts() > before, "an updated driver: \(updated.errors.prefix(2000))")
    #expect(sandbox.endSurvivors().isEmpty)
  }

  @Test(arguments: endings) func aCompilerThatEndsTheProcessIsAnErrorWhereInsistedOn(ending: String) throws {
    let sandbox = try Sandbox()
    for device in [["--device", "gpu", "--strict"], ["--device", "Faulty"]] {
      let outcome = try sandbox.run(
        Self.run + ["--quiet"] + device, environment: environment(Self.gpu, [ending: "__kernel"]), limit: 30)
      let what = "\(ending), \(device)\n\(outcome.errors.prefix(2000))"
      #expect(outcome.code == 3 && outcome.output.isEmpty && outcome.saysOnce("Faulty GPU"), "\(what)")
      #expect(sandbox.endSurvivors().isEmpty, "\(what)")
    }
  }

  /// A compiler that crashes once costs no more than a line: the mask is right, and the process ends well.
  @Test(arguments: endings) func aCompilerThatFailsOnceIsSurvived(ending: String) throws {
    let sandbox = try Sandbox()
    let once = [
      ending: "__kernel", "FAULTS_BUILD_COUNTER": sandbox.folder + "/processes", "FAULTS_BUILD_PROCESSES": "1",
    ]
    for round in 0..<2 {
      let outcome = try sandbox.run(Self.run + ["--quiet"], environment: environment(Self.gpu, once), limit: 30)
      let what = "\(ending), round \(round)\n\(outcome.errors.prefix(2000))"
      #expect(outcome.code == 0 && outcome.errorLines.count <= 1, "\(what)")
      try expectRightMask(outcome, sandbox, what)
      #expect(sandbox.endSurvivors().isEmpty, "\(what)")
    }
  }

  /// A compiler's log is not for the terminal: one line says which program and its first error.
  @Test func aBuildErrorIsOneLine() throws {
    let sandbox = try Sandbox()
    let faults = environment(Self.gpu, ["FAULTS_BUILD_FAILS": "__kernel"])
    try sandbox.expectFailure(
      3, Self.run + ["--device", "gpu", "--strict", "--quiet"], says: "does not build", "error: this compiler fails",
      environment: faults)
    try sandbox.expectFailure(
      3, ["bench", "--model", Sandbox.tinyModel, "--size", "32", "--device", "gpu", "--strict"],
      says: "does not build", environment: faults)
  }

  /// A query that fails hides one device and none of its siblings.
  @Test func aDeviceThatFailsAQueryHidesNoOther() throws {
    let sandbox = try Sandbox()
    let sound = try soundDevice(sandbox)
    // CL_DEVICE_MAX_COMPUTE_UNITS
    let faults = environment(Self.gpu, ["FAULTS_DEVICE_QUERY": "0x1002"])
    let listed = try sandbox.expectSuccess(["devices"], environment: faults)
    #expect(listed.text.contains(sound) && !listed.text.contains("Faulty GPU"), "\(listed.text)")
    #expect(listed.saysOnce("clGetDeviceInfo"), "\(listed.errors)")
    let outcome = try sandbox.expectSuccess(Self.run + ["--quiet"], environment: faults)
    #expect(!outcome.errors.contains("reference"), "\(outcome.errors)")
    try expectRightMask(outcome, sandbox, "a query that fails")
  }

  /// One GPU that two platforms list, or one platform twice, is one device for `--device all`.
  @Test(arguments: ["platform", "device"]) func aGPUThatIsListedTwiceRunsOnce(twin: String) throws {
    let sandbox = try Sandbox()
    try sandbox.makeFolder("album")
    for index in 0..<4 { try sandbox.copy(Sandbox.demo, to: "album/\(index).jpg") }
    let outcome = try sandbox.expectSuccess(
      [
        "run", "album", "--model", Sandbox.tinyModel, "-o", "out/", "--size", "32", "--precision", "fp32", "--device",
        "all", "--json",
      ], environment: environment(Self.gpu, ["FAULTS_TWIN": twin]))
    let report = try JSON(outcome.output)
    let names = report["devices"]?.list.compactMap { $0["name"]?.text } ?? [report["device"]?["name"]?.text ?? ""]
    #expect(names == ["Faulty GPU"], "\(names)\n\(outcome.errors)")
    #expect(report["pictures"]?.list.count == 4, "\(outcome.errors)")
  }
}
