import TestSupport
import Testing

/// `u2cl tune` on the built-in network at its smallest.
@Suite struct TuneTests {
  private static let tune = ["tune", "--size", "32", "--device", "cpu"]
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  private func mask(_ options: [String] = [], environment: [String: String] = [:]) throws -> [UInt8] {
    try sandbox.expectSuccess(
      ["run", Sandbox.picture("rgb-8.png"), "-o", "-", "--size", "32", "--device", "cpu"] + options,
      environment: environment
    ).output
  }

  private func report(_ arguments: [String]) throws -> JSON {
    let outcome = try sandbox.expectSuccess(Self.tune + ["--json"] + arguments)
    let report = try JSON(outcome.output)
    #expect(report["device"]?["kind"]?.text == "cpu" && report["tuned"]?["median"]?.number ?? 0 > 0)
    #expect(report["rows"]?.list.count ?? 0 > 20)
    for row in report["rows"]?.list ?? [] {
      let counts = ["tried", "known", "failed"].map { row[$0]?.number ?? .nan }
      let candidates = row["candidates"]?.list ?? []
      #expect(Double(candidates.count) == counts[0] + counts[1] - counts[2])
      #expect(candidates.isEmpty || candidates.contains { $0["method"]?.text == row["fastest"]?.text })
    }
    return report
  }

  private func sum(_ key: String, of report: JSON) -> Double {
    report["rows"]?.list.reduce(0) { $0 + ($1[key]?.number ?? 0) } ?? 0
  }

  /// A little each time: what was tried is known to the next, and nothing is lost or tried twice.
  @Test func aTuningGoesOnWhereTheLastOneEnded() throws {
    let first = try report(["--budget", "1.5"])
    let second = try report(["--budget", "1.5"])
    #expect(sum("tried", of: first) > 0 && sum("known", of: first) == 0)
    #expect(sum("known", of: second) == sum("tried", of: first) && sum("failed", of: second) == 0)
    #expect(try sandbox.expectSuccess(["cache", "info"]).text.contains("tunings      1 "))
    #expect(try !mask().isEmpty)
    let untuned = try mask(["--no-tune"])
    try sandbox.expectSuccess(["cache", "clear"])
    #expect(try mask() == untuned)
  }

  /// Two at once, each killed at some moment: what is left in the cache does no harm, and is gone on with.
  @Test func killedAndSideBySide() throws {
    let script = """
      for pause in 0.7 1.1 1.7; do
        "$U2CL" tune --size 32 --device cpu --budget 20 --quiet >/dev/null 2>&1 & first=$!
        "$U2CL" tune --size 32 --device cpu --budget 20 --quiet >/dev/null 2>&1 & second=$!
        sleep $pause; kill -9 $first $second 2>/dev/null; wait $first $second 2>/dev/null
      done; true
      """
    #expect(try sandbox.shell(script).code == 0)
    let known = sum("known", of: try report(["--budget", "0.5"]))
    #expect(known > 0)
    #expect(try !mask().isEmpty)
  }

  @Test func whatCannotBeTuned() throws {
    try sandbox.expectFailure(3, ["tune", "--device", "reference"], says: "has no kernels to choose from")
    try sandbox.expectFailure(
      5, Self.tune, says: "no cache to keep the results in", "U2CL_CACHE", environment: ["U2CL_CACHE": "off"])
    try sandbox.expectFailure(2, Self.tune + ["--budget=-1"], says: "not negative")
    try sandbox.expectFailure(2, Self.tune + ["--batch", "0"], says: "from 1 to 4096")
    try sandbox.expectFailure(2, Self.tune + ["--no-tune"], says: "no meaning")
  }

  /// Where not even root can write, tuning says so once and finds what it finds.
  @Test func aFolderThatTakesNothingIsTold() throws {
    let outcome = try sandbox.expectSuccess(
      Self.tune + ["--budget", "0.5", "--quiet"], environment: ["U2CL_CACHE": "/proc/u2cl"])
    #expect(outcome.text.contains("network") && outcome.errors.contains("the cache /proc/u2cl cannot be written"))
  }

  /// Standard error is no terminal here: plain lines, and none with --quiet.
  @Test func progressIsPlainLines() throws {
    let outcome = try sandbox.expectSuccess(Self.tune + ["--budget", "0"])
    #expect(outcome.errors.contains("of 42") && !outcome.errors.contains("\u{1B}"))
    let quiet = try sandbox.expectSuccess(Self.tune + ["--budget", "0", "--quiet"])
    #expect(!quiet.errors.contains("of 42"))
  }
}
