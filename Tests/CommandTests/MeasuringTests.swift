import Testing

/// `bench` and `compare`.
@Suite struct MeasuringTests {
  private let brief = ["bench", "--size", "32", "--runs", "3", "--warmup", "1", "--min-time", "0"]

  @Test(arguments: ["auto", "reference"]) func aBenchmarkIsReported(device: String) throws {
    let sandbox = try Sandbox()
    let outcome = try sandbox.expectSuccess(brief + ["--device", device, "--batch", "2", "--json"])
    let report = try JSON(outcome.output)
    let memory: Set = device == "reference" ? [] : ["memory"]
    #expect(
      report.keys
        == memory.union([
          "schema", "version", "system", "model", "height", "width", "batch", "device", "precision", "notes",
          "compileSeconds", "firstRunSeconds", "warmup", "multiplyAccumulates", "samples", "run", "imagesPerSecond", "gigaMACsPerSecond",
        ]))
    #expect(outcome.errors.isEmpty)
    for key in ["compileSeconds", "firstRunSeconds", "multiplyAccumulates", "imagesPerSecond", "gigaMACsPerSecond"] {
      #expect((report[key]?.number ?? 0) > 0, "\(key)")
    }
    #expect(report["batch"]?.number == 2 && report["height"]?.number == 32 && report["width"]?.number == 32)
    #expect(report["warmup"]?.number == 1 && report["device"]?["asked"]?.text == device)
    let samples = report["samples"]?.list.compactMap(\.number) ?? []
    #expect(samples.count == 3 && samples.allSatisfy { $0 > 0 })
    #expect(report["run"]?.keys == ["min", "median", "p90", "max", "mean"])
    #expect(report["run"]?["min"]?.number == samples.min() && report["run"]?["max"]?.number == samples.max())
    let figures: Set = memory.isEmpty ? [] : ["activations", "activationsUnshared", "parameters"]
    #expect(report["memory"]?.keys ?? [] == figures)
  }

  @Test func aBenchmarkIsATable() throws {
    let outcome = try Sandbox().expectSuccess(brief + ["--model", Sandbox.tinyModel])
    let heads = outcome.lines.compactMap { $0.split(separator: "  ").first.map(String.init) }
    #expect(heads == ["model", "device", "precision", "compile", "first run", "run", "speed", "memory"])
    #expect(outcome.errors.isEmpty)
  }

  @Test func aBenchmarkFallsBackLoudly() throws {
    let sandbox = try Sandbox()
    let outcome = try sandbox.expectSuccess(brief, environment: Sandbox.noOpenCL)
    #expect(outcome.errors.contains("using the CPU reference instead"))
    try sandbox.expectFailure(3, brief + ["--strict"], says: "--strict forbids", environment: Sandbox.noOpenCL)
  }

  @Test func devicesAgree() throws {
    let sandbox = try Sandbox()
    let compare = ["compare", Sandbox.demo, "--size", "64"]
    let table = try sandbox.expectSuccess(compare)
    #expect(table.lines.dropFirst(2).map { $0.prefix(2) } == ["d0", "d1", "d2", "d3", "d4", "d5", "d6"])
    #expect(table.errors.isEmpty)
    let report = try JSON(sandbox.expectSuccess(compare + ["--json"]).output)
    #expect(report.keys == ["schema", "model", "device", "against", "rows", "tolerance"])
    #expect(report["against"]?["kind"]?.text == "reference" && report["device"]?["kind"]?.text != "reference")
    #expect(report["rows"]?.list.count == 7)
    let differences = report["rows"]?.list.compactMap { $0["max"]?.number } ?? []
    let outcome = try sandbox.run(compare + ["--tolerance", "0"])
    #expect(outcome.code == (differences.contains { $0 > 0 } ? 6 : 0))
    if outcome.code == 6 { #expect(outcome.errors == "u2cl: the maps differ by more than 0\n") }
    #expect(outcome.lines == table.lines)
  }

  /// A device is not compared with itself because another is not there.
  @Test func nothingToCompareIsTold() throws {
    let sandbox = try Sandbox()
    let compare = ["compare", Sandbox.demo, "--size", "32"]
    let outcome = try sandbox.run(compare, environment: Sandbox.noOpenCL)
    #expect(outcome.code == 3 && outcome.output.isEmpty && outcome.errors.contains("there is nothing to compare"))
    try sandbox.expectFailure(3, compare + ["--strict"], says: "--strict forbids", environment: Sandbox.noOpenCL)
    try sandbox.expectSuccess(compare + ["--device", "reference"], environment: Sandbox.noOpenCL)
  }
}
