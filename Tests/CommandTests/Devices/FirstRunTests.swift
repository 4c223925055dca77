import Foundation
import TestSupport
import Testing
import Caches
import U2Net

private let hasPoCL = ((try? ComputeDevice.all()) ?? []).contains { $0.platform == PoCLCache.platform }

/// Runs that find no compiled programs.
@Suite(.enabled(if: hasPoCL, "needs PoCL"))
struct FirstRunTests {
  private let sandbox: Sandbox
  private let environment = ["U2CL_FIRST_RUN": ""]

  init() throws { sandbox = try Sandbox() }

  private func run(_ arguments: String..., environment: [String: String]? = nil) throws -> Sandbox.Outcome {
    try sandbox.expectSuccess(
      ["run", Sandbox.demo, "-o", "mask.png"] + arguments, environment: environment ?? self.environment)
  }

  /// Waits until the background process has compiled something and ended, for at most a minute and a half.
  private func waitForPreparation() throws {
    for _ in 0..<900 {
      let known = try? FileManager.default.contentsOfDirectory(atPath: sandbox.cache + "/devices")
      let health = (known ?? []).contains { name in
        (try? String(contentsOfFile: "\(sandbox.cache)/devices/\(name)", encoding: .utf8))?.contains("sound") == true
      }
      if health { return }
      Thread.sleep(forTimeInterval: 0.1)
    }
    Issue.record("the device was not prepared")
  }

  @Test func theReferenceAnswersWhileTheDeviceIsPrepared() throws {
    let first = try run("--json")
    let report = try JSON(first.output)["device"]
    #expect(report?["kind"]?.text == "reference")
    #expect(report?["fallback"]?.text?.contains("is being prepared in the background, once") == true)
    #expect(first.errors.contains("the CPU reference answers meanwhile"))
    try waitForPreparation()
    let second = try JSON(run("--json").output)["device"]
    #expect(second?["kind"]?.text == "cpu" && second?.keys.contains("fallback") == false)
    #expect(second?.keys.contains("compilation") == false)
  }

  @Test(arguments: [["--strict"], ["--device", "cpu"], ["--device", "portable"]])
  func aDeviceThatIsNamedIsWaitedFor(options: [String]) throws {
    let outcome = try sandbox.expectSuccess(
      ["run", Sandbox.demo, "-o", "mask.png", "--json"] + options, environment: environment)
    let report = try JSON(outcome.output)
    #expect(report["device"]?["kind"]?.text == "cpu")
    #expect(report["device"]?["compilation"]?["programs"]?.number ?? 0 > 0)
    let compiling = try #require(report["device"]?["compilation"]?["seconds"]?.number)
    let picture = try #require(report["pictures"]?.list.first?["seconds"]?.number)
    #expect(picture < compiling, "compiling is no picture's time")
    #expect(outcome.errors.contains(#/\d+ programs compiled in \d+\.\d s; later runs load them/#), "\(outcome.errors)")
  }

  @Test func thePictureMayLieInAFolder() throws {
    try sandbox.makeFolder("album")
    try sandbox.copy(Sandbox.demo, to: "album/a.jpg")
    let outcome = try sandbox.expectSuccess(["run", "album", "--json"], environment: environment)
    #expect(try JSON(outcome.output)["device"]?["kind"]?.text == "reference")
    try waitForPreparation()
  }

  @Test func severalPicturesWaitForTheDevice() throws {
    try sandbox.copy(Sandbox.demo, to: "a.jpg")
    try sandbox.copy(Sandbox.demo, to: "b.jpg")
    let outcome = try sandbox.expectSuccess(["run", "a.jpg", "b.jpg", "--json"], environment: environment)
    #expect(try JSON(outcome.output)["device"]?["kind"]?.text == "cpu")
  }

  @Test func theBackgroundProcessCanBeForbidden() throws {
    let outcome = try run("--json", environment: ["U2CL_FIRST_RUN": "wait"])
    #expect(try JSON(outcome.output)["device"]?["kind"]?.text == "cpu")
  }

  /// Whoever starts the command need not wait for the background process: neither for its streams nor for a lock.
  @Test func theBackgroundProcessHoldsNothing() throws {
    let script = """
      exec 9>lock; flock 9; text=$("$U2CL" run "$PICTURE" -o mask.png 2>&1); exec 9>&-
      flock --nonblock lock echo free; pgrep -f "^/proc/self/exe prepare-device" >/dev/null && echo still running
      """
    let outcome = try sandbox.shell(script, environment: environment.merging(["PICTURE": Sandbox.demo]) { $1 })
    #expect(outcome.lines == ["free", "still running"], "\(outcome.text)\(outcome.errors)")
    try waitForPreparation()
  }

  /// Where nothing can be kept, every run would be the first.
  @Test(arguments: ["/dev/null/x", "/proc/self/none"]) func withoutACacheTheReferenceAnswers(cache: String) throws {
    let outcome = try run("--json", environment: environment.merging(["U2CL_CACHE": cache]) { $1 })
    #expect(try JSON(outcome.output)["device"]?["kind"]?.text == "reference")
    #expect(outcome.errors.contains("cannot be kept, as no cache can be written; the CPU reference answers"))
  }

  @Test func theCacheIsWarmedInAdvance() throws {
    let model = ["--model", Sandbox.builtInModel]
    let first = try sandbox.expectSuccess(["cache", "warm"] + model)
    #expect(first.text.contains(#/u2cl-default at 224×224 on .*: \d+ programs compiled in \d+\.\d s/#))
    #expect(try sandbox.expectSuccess(["cache", "warm"] + model).text.hasSuffix(": nothing to compile\n"))
    #expect(try JSON(run("--json").output)["device"]?["kind"]?.text == "cpu")
    try sandbox.expectFailure(5, ["cache", "warm"], says: "there is no cache", environment: ["U2CL_CACHE": "off"])
    try sandbox.expectFailure(4, ["cache", "warm", "--model", "absent.onnx"], says: "absent.onnx")
  }
}
