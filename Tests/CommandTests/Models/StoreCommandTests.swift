import Files
import Foundation
import TestSupport
import Testing
import Caches
import U2Net

private typealias Reply = HTTPServer.Reply

/// `u2cl models`, with a server of the test's own. The published files are not here, so what is pulled is a model of
/// the test's own, by its checksum.
@Suite struct StoreCommandTests {
  private let sandbox: Sandbox
  private let file: [UInt8]
  private let digits: String

  init() throws {
    sandbox = try Sandbox()
    file = try Sandbox.bytes(Sandbox.tinyModel)
    digits = SHA256.digest(of: file).hexadecimal
  }

  private func server() throws -> HTTPServer { try HTTPServer { [file] in Reply(file, tag: "\"1\"", to: $0) } }

  private func pull(_ source: String) -> [String] { ["models", "pull", "tiny", "--from", source, "--sha256", digits] }

  private var installed: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: sandbox.models)) ?? []).sorted()
  }

  /// Fetched, listed, run, verified, found, removed.
  @Test func aModelComesAndGoes() throws {
    let server = try server()
    let path = sandbox.models + "/tiny.onnx"
    let outcome = try sandbox.expectSuccess(pull(server.address + "/tiny.onnx"))
    #expect(outcome.lines == [path] && outcome.errors.contains("u2cl: tiny: installed, "))
    #expect(installed == ["tiny.onnx"])
    let again = try sandbox.expectSuccess(pull(server.address + "/tiny.onnx") + ["--quiet"])
    #expect(again.lines == [path] && again.errors.isEmpty && server.requests.count == 1)
    #expect(try sandbox.expectSuccess(["models", "list"]).lines.last?.hasSuffix(path) == true)
    let list = try JSON(sandbox.expectSuccess(["models", "list", "--json"]).output)
    #expect(
      list["folders"]?.list.first?.text == sandbox.models && list["models"]?.list.count == PublishedModel.all.count + 2)
    #expect(list["models"]?.list.first?["state"]?.text == "builtIn")
    #expect(list["models"]?.list.last?["path"]?.text == path)
    #expect(try sandbox.expectSuccess(["models", "path", "tiny"]).lines == [path])
    #expect(try sandbox.expectSuccess(["models", "path"]).lines == [sandbox.models])
    #expect(try sandbox.expectSuccess(["models", "verify"]).text.hasPrefix("unknown  \(path)"))
    try sandbox.expectSuccess(["run", Sandbox.demo, "-o", "out.png", "--model", "tiny", "--size", "32"])
    #expect(try sandbox.expectSuccess(["models", "remove", "tiny"]).lines == ["removed \(path)"])
    #expect(installed.isEmpty)
    try sandbox.expectFailure(4, ["models", "remove", "tiny"], says: "'tiny' is not installed")
    try sandbox.expectFailure(4, ["models", "path", "tiny"], says: "'tiny' is not installed")
    try sandbox.expectFailure(4, ["models", "path", "u2net"], says: "u2cl models pull u2net", "167.8 MiB")
    #expect(try sandbox.expectSuccess(["models", "verify"]).text == "no models are installed\n")
  }

  @Test func whatDiffersIsFound() throws {
    try Data(file).write(to: URL(fileURLWithPath: sandbox.models + "/u2netp.onnx"))
    let outcome = try sandbox.run(["models", "verify"])
    #expect(outcome.code == 6 && outcome.text.hasPrefix("differs  "))
    #expect(outcome.errors.contains("u2cl models pull u2netp --force") && outcome.errors.count(where: \.isNewline) == 1)
    let report = try JSON(sandbox.run(["models", "verify", "u2netp", "--json"]).output)
    #expect(report["files"]?.list.first?["verdict"]?.text == "differs")
    try sandbox.expectFailure(6, ["models", "pull", "u2netp"], says: "u2netp.onnx is there", "--force")
  }

  @Test func aBadPullIsTold() throws {
    let server = try HTTPServer { [file] request in
      switch request.target {
      case "/wrong.onnx": return Reply(Array(file.dropLast()) + [1])
      case "/cut.onnx":
        var reply = Reply(file)
        reply.sent = 100
        return reply
      default: return Reply(status: 404)
      }
    }
    let pull = ["models", "pull", "--quiet"]
    try sandbox.expectFailure(
      5, pull + ["u2netp", "--from", server.address + "/"], says: "/u2netp.onnx: the server answered 404")
    try sandbox.expectFailure(
      6, self.pull(server.address + "/wrong.onnx") + ["-q"], says: "/wrong.onnx: its sha256 ", digits)
    #expect(installed.isEmpty)
    try sandbox.expectFailure(
      6, pull + ["u2netp", "--from", server.address + "/wrong.onnx"], says: "the published file has 4574861")
    try sandbox.expectFailure(
      5, self.pull(server.address + "/cut.onnx") + ["-q"], says: "/cut.onnx: ", "100 B are kept")
    #expect(installed.count == 1 && installed.allSatisfy { $0.hasPrefix(".tiny.onnx.") && $0.hasSuffix(".part") })
    try sandbox.expectFailure(5, pull + ["u2netp", "--from", "missing"], says: "missing: it cannot be read")
    try sandbox.expectFailure(2, pull + ["u2netp", "--from", "ftp://x/"], says: "is neither an https://")
    try sandbox.expectFailure(2, pull + ["u2net_portrait"], says: "nobody publishes a checksum", "--sha256 DIGITS")
    try sandbox.expectFailure(4, pull + ["nonsense"], says: "'nonsense' is not a published model", "u2netp")
    try sandbox.expectFailure(2, pull + ["u2netp", "u2net", "--sha256", digits], says: "of one model")
    try sandbox.expectFailure(2, pull, says: "missing expected argument")
    try sandbox.expectFailure(2, pull + ["u2netp"], says: "U2CL_TIMEOUT is '0'", environment: ["U2CL_TIMEOUT": "0"])
  }

  @Test func aSilentServerIsGivenUp() throws {
    let server = try HTTPServer { [file] _ in
      var reply = Reply(file)
      (reply.sent, reply.pause) = (0, .forever)
      return reply
    }
    try sandbox.expectFailure(
      5, pull(server.address + "/tiny.onnx"), says: "it stalled", environment: ["U2CL_TIMEOUT": "1"])
    #expect(installed.isEmpty)
  }

  /// Killed in the middle: the model is not there, and the next pull goes on where this one was.
  @Test func aKilledPullLeavesOnlyAPart() throws {
    let server = try HTTPServer { [file] request in
      var reply = Reply(file, tag: "\"1\"", to: request)
      if request.start == nil { (reply.sent, reply.pause) = (5000, .forever) }
      return reply
    }
    let command = pull(server.address + "/tiny.onnx").joined(separator: " ")
    let outcome = try sandbox.shell(
      """
      "$U2CL" \(command) & pull=$!
      until [ -s "$U2CL_MODELS"/.tiny.onnx.*.part ]; do sleep 0.02; done
      kill -9 $pull; wait $pull; echo $?
      """)
    #expect(outcome.lines == ["137"] && installed.allSatisfy { $0.hasPrefix(".tiny.onnx.") } && !installed.isEmpty)
    try sandbox.expectFailure(4, ["run", Sandbox.demo, "-o", "out.png", "--model", "tiny"], says: "neither a file nor")
    try sandbox.expectSuccess(pull(server.address + "/tiny.onnx"))
    #expect(installed == ["tiny.onnx"])
    #expect(try Sandbox.bytes(sandbox.models + "/tiny.onnx") == file)
    #expect(server.requests.map(\.start) == [nil, 5000] && server.requests.last?.fields["if-range"] == "\"1\"")
  }

  @Test func oneOfTwoPullsWaits() throws {
    let server = try HTTPServer { [file] request in
      var reply = Reply(file, tag: "\"1\"", to: request)
      (reply.sent, reply.pause) = (5000, .seconds(1))
      return reply
    }
    let command = pull(server.address + "/tiny.onnx").joined(separator: " ")
    let outcome = try sandbox.shell("\"$U2CL\" \(command) & sleep 0.3; \"$U2CL\" \(command); echo $?; wait $!; echo $?")
    #expect(outcome.lines.filter { $0 == "0" }.count == 2, "\(outcome.text)\(outcome.errors)")
    #expect(outcome.errors.contains("tiny: another process is fetching it"))
    #expect(installed == ["tiny.onnx"] && server.requests.count == 1)
  }

  /// Proxies are those of the environment.
  @Test func proxiesAreHonoured() throws {
    let proxy = try server()
    let address = "http://models.invalid/tiny.onnx"
    let environment = ["http_proxy": proxy.address, "no_proxy": ""]
    try sandbox.expectFailure(
      5, pull(address), says: "models.invalid", environment: environment.merging(["no_proxy": ".invalid"]) { $1 })
    #expect(proxy.requests.isEmpty)
    try sandbox.expectSuccess(pull(address), environment: environment)
    #expect(installed == ["tiny.onnx"] && proxy.requests.map(\.target) == [address])
  }

  /// Nothing but a pull uses the network, and a pull only where the model is not installed.
  @Test func onlyPullUsesTheNetwork() throws {
    let server = try HTTPServer { _ in Reply(status: 404) }
    let environment = ["U2CL_MIRROR": server.address + "/mirror", "http_proxy": server.address]
    let run = ["run", Sandbox.demo, "-o", "out.png", "--size", "32", "--quiet", "--model", "u2netp"]
    try sandbox.expectFailure(
      4, run, says: "is not installed: type 'u2cl models pull u2netp'", environment: environment)
    for arguments in [["models", "list"], ["models", "verify"], ["devices"]] {
      try sandbox.expectSuccess(arguments, environment: environment)
    }
    #expect(server.requests.isEmpty)
    try sandbox.expectFailure(5, run + ["--pull"], says: "/mirror/u2netp.onnx: the server", environment: environment)
    let bench = ["bench", "--model", "u2netp", "--pull"]
    try sandbox.expectFailure(5, bench, says: "/mirror/u2netp.onnx: the server", environment: environment)
    #expect(server.requests.count == 2)
    try Data(file).write(to: URL(fileURLWithPath: sandbox.models + "/u2netp.onnx"))
    try sandbox.expectSuccess(run + ["--pull"], environment: environment)
    #expect(server.requests.count == 2)
  }
}
