import Files
import Processes
import Testing

/// Processes that are fed and listened to while they run.
@Suite struct PipedProcessTests {
  private func shell(_ script: String, _ pipes: PipedProcess.Pipes, file: FileDescriptor? = nil) throws -> PipedProcess
  {
    try #require(PipedProcess("/bin/bash", arguments: ["-c", script].map { Array($0.utf8) }, pipes, file: file))
  }

  private func text(_ file: FileDescriptor?) throws -> String {
    String(decoding: try #require(try file?.readToEnd(limit: 1 << 20)), as: UTF8.self)
  }

  @Test func itIsFedAndHeard() throws {
    let script = "while read line; do echo got $line; echo note $line >&3; done; echo done >&2"
    let process = try shell(script, [.input, .output, .notes])
    try process.input?.write(Array("one\ntwo\n".utf8))
    process.endInput()
    #expect(try text(process.output) == "got one\ngot two\n")
    #expect(try text(process.notes) == "note one\nnote two\n")
    #expect(process.wait() == .exit(0) && process.complaints == ["done"])
  }

  @Test func withoutPipesThereIsNothing() throws {
    let process = try shell("read line && exit 1; echo lost; exit 4", [])
    #expect(process.input == nil && process.output == nil && process.notes == nil)
    #expect(process.wait() == .exit(4) && process.wait() == .exit(4))
  }

  @Test func itsThirdDescriptorMayBeAFile() throws {
    let file = try FileDescriptor.writing("/dev/null")
    defer { try? file.close() }
    #expect(try shell("[ $(readlink /proc/self/fd/3) = /dev/null ]", [], file: file).wait() == .exit(0))
    #expect(try shell("[ -e /proc/self/fd/3 ]", []).wait() == .exit(1))
  }

  @Test func killingEndsAllThatItStarted() throws {
    let process = try shell("sleep 60 & sleep 60", [.output])
    process.kill()
    #expect(try text(process.output) == "")
    #expect(process.wait() == .signal(9))
    process.kill()
  }

  @Test func argumentsArriveByteByByte() throws {
    let odd: [UInt8] = [0x63, 0xE9, 0x0A, 0x24, 0x28]
    let process = try #require(PipedProcess("/usr/bin/printf", arguments: [Array("%s".utf8), odd], .output))
    #expect(try process.output?.readToEnd(limit: 100) == odd && process.wait() == .exit(0))
  }

  @Test func programsAreFoundInTheFoldersOfPath() {
    #expect(ProgramSearch.path(of: "bash")?.hasSuffix("/bash") == true)
    #expect(ProgramSearch.path(of: "no such program") == nil && !ProgramSearch.isProgram("/etc"))
  }
}
