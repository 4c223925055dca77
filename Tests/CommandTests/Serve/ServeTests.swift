import Foundation
import Testing

/// `u2cl serve` becomes the server, wherever that lies.
@Suite struct ServeTests {
  /// A program that says where it lies, its number and its arguments, one a line, and ends with 7.
  private let server = "#!/bin/sh\nprintf '%s\\n' \"$0\" $$ \"$@\"\nexit 7\n"
  /// No server is in PATH.
  private let path = ["PATH": "/usr/bin:/bin"]

  /// A sandbox with the command at `bin/u2cl`, and programs that pretend to be the server.
  private func sandbox(servers: [String] = []) throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.install(Sandbox.command, as: "bin/u2cl")
    try sandbox.write(Array(server.utf8), to: "server")
    for name in servers { try sandbox.install("server", as: name) }
    return sandbox
  }

  @Test(arguments: [
    (["bin/u2cl-serve", "libexec/u2cl/u2cl-serve"], "bin/u2cl-serve"),
    (["libexec/u2cl/u2cl-serve", "other/u2cl-serve"], "bin/../libexec/u2cl/u2cl-serve"),
    (["other/u2cl-serve"], "other/u2cl-serve"),
  ])
  func theServerIsFound(servers: [String], found: String) throws {
    let sandbox = try sandbox(servers: servers)
    let script = "PATH=$PWD/other:/usr/bin:/bin exec bin/u2cl serve --port 1 '' --help -- a.jpg"
    let outcome = try sandbox.shell(script)
    let lines = outcome.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(outcome.code == 7, "\(outcome.errors)")
    let place = URL(fileURLWithPath: try #require(lines.first)).resolvingSymlinksInPath().path
    let expected = URL(fileURLWithPath: "\(sandbox.folder)/\(found)").resolvingSymlinksInPath().path
    #expect(place == expected)
    #expect(lines.dropFirst(2) == ["--port", "1", "", "--help", "--", "a.jpg", ""])
  }

  /// Signals reach the server, and its number is that of the command.
  @Test func theServerIsTheSameProcess() throws {
    let sandbox = try sandbox(servers: ["bin/u2cl-serve"])
    let outcome = try sandbox.shell("bin/u2cl serve > out & echo $!; wait $!; sed -n 2p out")
    #expect(outcome.lines.count == 2 && Set(outcome.lines).count == 1, "\(outcome.text)\(outcome.errors)")
  }

  /// A link to the command lies elsewhere; the server lies beside the command.
  @Test func linksAreFollowed() throws {
    let sandbox = try sandbox(servers: ["bin/u2cl-serve"])
    try sandbox.link("u2cl", to: "bin/u2cl")
    let outcome = try sandbox.shell("./u2cl serve 'a b' $'\\xff'", environment: path)
    #expect(outcome.code == 7 && outcome.lines.first?.hasSuffix("/bin/u2cl-serve") == true, "\(outcome.errors)")
    #expect(outcome.output.suffix(6) == Array("a b\n".utf8) + [0xFF, 0x0A])
  }

  @Test func aMissingServerIsExplained() throws {
    let outcome = try sandbox().shell("bin/u2cl serve --help", environment: path)
    #expect(outcome.code == 5 && outcome.output.isEmpty)
    #expect(
      outcome.errors
        == "u2cl: the server u2cl-serve is not installed beside u2cl or in PATH; 'make server' builds it\n")
  }

  @Test func aServerThatDoesNotStartIsExplained() throws {
    let sandbox = try sandbox(servers: ["bin/u2cl-serve"])
    try sandbox.write([0x7F, 0x45, 0x4C, 0x46], to: "bin/u2cl-serve")
    let outcome = try sandbox.shell("bin/u2cl serve", environment: path)
    #expect(outcome.code == 5 && outcome.errors.hasSuffix("/bin/u2cl-serve does not start (Exec format error)\n"))
  }
}
