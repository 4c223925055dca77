import Testing

/// Where the processor's time goes.
@Suite struct TimingTests {
  private let quick = ["--model", Sandbox.tinyModel, "--size", "32"]
  private let stages = [
    "load", "read", "decode", "resize", "network", "refine", "foreground", "blend", "encode", "write",
  ]

  @Test func theTableNamesEachStage() throws {
    let sandbox = try Sandbox()
    let options = ["--output", "composite", "--timings", "-o", "out.png"]
    let outcome = try sandbox.expectSuccess(["run", Sandbox.demo] + options + quick)
    let lines = outcome.errors.split(separator: "\n").map(String.init)
    let first = lines.firstIndex { $0.hasPrefix("stage ") } ?? lines.count
    let names = lines[first...].dropFirst().map { String($0.prefix { $0 != " " }) }
    #expect(names == stages + ["rest", "process", "u2cl:"], "\(outcome.errors)")
    #expect(lines[first...].allSatisfy { $0.count <= 80 && !$0.hasSuffix(" ") || $0.hasPrefix("u2cl:") })
    let quiet = try sandbox.expectSuccess(["run", Sandbox.demo, "--quiet", "-o", "out.png"] + quick)
    #expect(quiet.errors.isEmpty)
  }

  @Test func theReportHasTheTimes() throws {
    let sandbox = try Sandbox()
    let pictures = ["a.jpg", "b.jpg", "c.jpg"]
    for name in pictures { try sandbox.copy(Sandbox.demo, to: name) }
    let options = ["--json", "--quiet", "-o", ".", "--output", "cutout"]
    let report = try JSON(sandbox.expectSuccess(["run"] + pictures + options + quick).output)
    let timings = try #require(report["timings"])
    let rows = timings["stages"]?.list ?? []
    #expect(rows.compactMap { $0["stage"]?.text } == stages.filter { $0 != "blend" })
    #expect(rows.dropFirst().allSatisfy { $0["pictures"]?.number == 3 })
    let total = rows.reduce(timings["restSeconds"]?.number ?? 0) { $0 + ($1["cpuSeconds"]?.number ?? 0) }
    #expect(abs(total - (timings["cpuSeconds"]?.number ?? 0)) < 0.001)
    // 640 by 480 pixels of RGB, and a file.
    let decoded = rows.first { $0["stage"]?.text == "decode" }?["bytes"]?.number ?? 0
    #expect(decoded > 3 * 640 * 480 * 3 && decoded < 3 * 640 * 480 * 4)
  }
}
