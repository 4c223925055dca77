import Testing

/// Which device runs, and what is said where it is not the one that was asked for.
@Suite struct DeviceTests {
  private let run = ["run", Sandbox.demo, "-o", "out.png", "--size", "32", "--quiet"]

  /// Without any driver everything still works, and says so.
  @Test func fallingBackIsLoud() throws {
    let sandbox = try Sandbox()
    for device in ["auto", "gpu", "cpu", "gpu:1"] {
      let outcome = try sandbox.expectSuccess(run + ["--device", device], environment: Sandbox.noOpenCL)
      #expect(outcome.text == "out.png\n")
      #expect(
        outcome.errors
          == "u2cl: no OpenCL device was found (is a driver installed?); using the CPU reference instead\n")
      try sandbox.expectFailure(
        3, run + ["--device", device, "--strict"], says: "no OpenCL device was found", "--strict forbids",
        environment: Sandbox.noOpenCL)
    }
    let report = try JSON(sandbox.expectSuccess(run + ["--json"], environment: Sandbox.noOpenCL).output)["device"]
    #expect(report?["kind"]?.text == "reference")
    #expect(report?["asked"]?.text == "auto")
    #expect(report?["fallback"]?.text?.contains("no OpenCL device") == true)
  }

  @Test func theReferenceNeedsNoDriver() throws {
    let outcome = try Sandbox().expectSuccess(
      run + ["--device", "reference", "--strict"], environment: Sandbox.noOpenCL)
    #expect(outcome.errors.isEmpty)
  }

  @Test(arguments: ["7", "999999999999999999999", "no such device", "-1", "gpu:x", "cpu:7"])
  func anUnknownDeviceIsTold(device: String) throws {
    let sandbox = try Sandbox()
    try sandbox.expectFailure(3, run + ["--device=\(device)"], says: "available: 0: ")
    try sandbox.expectFailure(3, ["bench", "--device=\(device)"], says: "available: 0: ")
    try sandbox.expectFailure(3, ["compare", Sandbox.demo, "--against=\(device)"], says: "available: 0: ")
    if device != "cpu:7" {
      try sandbox.expectFailure(
        3, run + ["--device=\(device)"], says: "--device reference needs none", environment: Sandbox.noOpenCL)
    }
  }

  @Test func devicesAreListed() throws {
    let sandbox = try Sandbox()
    let devices = try JSON(sandbox.expectSuccess(["devices", "--json"]).output).list
    let first = try #require(devices.first)
    #expect(
      first.keys == [
        "index", "kind", "name", "vendor", "platform", "version", "driver", "computeUnits", "clockFrequency",
        "globalMemory", "maxAllocation", "localMemory", "maxWorkGroupSize", "sharesHostMemory", "extensions",
      ])
    let name = try #require(first["name"]?.text)
    let table = try sandbox.expectSuccess(["devices"])
    #expect(table.lines.count == devices.count + 2 && table.lines[1].contains(name) && table.errors.isEmpty)
    #expect(table.lines.last?.contains("reference") == true)
    for device in ["0", name.uppercased(), first["platform"]?.text ?? ""] {
      let report = try JSON(sandbox.expectSuccess(run + ["--json", "--strict", "--device", device]).output)["device"]
      #expect(report?["name"]?.text == name && report?["fallback"] == nil && report?["asked"]?.text == device)
    }
  }

  @Test func noDevicesAreListed() throws {
    let sandbox = try Sandbox()
    let json = try sandbox.expectSuccess(["devices", "--json"], environment: Sandbox.noOpenCL)
    #expect(try JSON(json.output).list.isEmpty && json.output.first == UInt8(ascii: "["))
    let table = try sandbox.expectSuccess(["devices"], environment: Sandbox.noOpenCL)
    #expect(table.lines.count == 2 && table.lines.last?.contains("reference") == true)
    #expect(table.errors.hasPrefix("u2cl: no OpenCL device was found; install a driver"))
  }

  /// More than the device or this machine can hold is an error, not the end of the program.
  @Test(arguments: ["auto", "reference"]) func tooLittleMemoryIsTold(device: String) throws {
    try Sandbox().expectFailure(
      3, ["bench", "--device", device, "--size", "8192", "--batch", "4096"], says: "use a smaller size or batch")
  }
}
