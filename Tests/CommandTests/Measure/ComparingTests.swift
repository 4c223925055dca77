import Testing

/// `compare`.
@Suite struct ComparingTests {
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
