import Testing

/// `--precision`, which every command takes that computes.
@Suite struct PrecisionTests {
  private let picture = ["--size", "32", "--device", "cpu"]

  @Test func halfPrecisionIsToldAndComesNear() throws {
    let sandbox = try Sandbox()
    let run = ["run", Sandbox.picture("rgb-8.png"), "-o", "-"] + picture
    let (half, single) = try (sandbox.expectSuccess(run + ["--precision", "fp16"]), sandbox.expectSuccess(run))
    #expect(half.errors.contains(", half precision") && half.errors.contains("is slow in it"))
    #expect(!single.errors.contains("half precision") && !half.output.isEmpty)
    let compare = ["compare", Sandbox.picture("rgb-8.png"), "--precision", "fp16"] + picture
    let report = try JSON(sandbox.expectSuccess(compare + ["--json"]).output)
    #expect(report["tolerance"]?.number == 0.02)
    let differences = report["rows"]?.list.compactMap { $0["max"]?.number } ?? []
    #expect(differences.count == 7 && differences.contains { $0 > 1e-5 } && differences.allSatisfy { $0 < 0.02 })
  }

  @Test func autoIsSinglePrecisionOnACPU() throws {
    let outcome = try Sandbox().expectSuccess(BenchTests.brief + ["--device", "cpu", "--no-peak", "--json"])
    #expect(try JSON(outcome.output)["precision"]?.text == "fp32" && outcome.errors.isEmpty)
  }

  @Test func theReferenceSaysThatItKnowsOnePrecision() throws {
    let arguments = BenchTests.brief + ["--device", "reference", "--precision", "fp16", "--json"]
    let outcome = try Sandbox().expectSuccess(arguments)
    #expect(try JSON(outcome.output)["precision"]?.text == "fp32")
    #expect(outcome.errors == "u2cl: the CPU reference computes in single precision\n")
  }

  @Test func anotherPrecisionIsRefused() throws {
    try Sandbox().expectFailure(2, BenchTests.brief + ["--precision", "fp8"], says: "fp8")
  }
}
