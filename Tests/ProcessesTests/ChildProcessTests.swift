import LibC
import Processes
import Testing

/// Processes that exit, crash or hang.
@Suite struct ChildProcessTests {
  private func shell(_ script: String, _ environment: [String: String] = [:]) -> ChildProcess {
    ChildProcess("/bin/bash", ["-c", script], environment: environment)
  }

  @Test func whatItSaysAndHowItEndsIsTold() throws {
    let outcome = try #require(shell("echo one; echo $WORD; echo oops >&2; exit 3", ["WORD": "two"]).run(patience: 20))
    #expect(outcome.end == .exit(3) && outcome.lines == ["one", "two"] && outcome.complaint == "oops")
  }

  @Test func aSignalIsTold() throws {
    let outcome = try #require(shell("echo one; kill -ABRT $$").run(patience: 20))
    #expect(outcome.end == .signal(6) && outcome.lines == ["one"])
    #expect("\(outcome.end)".hasPrefix("ended with signal 6 ("))
  }

  /// A silent process is killed with all that it started, also if it has closed a stream.
  @Test(arguments: ["sleep 60", "sleep 60 & sleep 60", "exec >&-; sleep 60", "exec 2>&-; sleep 60"])
  func silenceIsNotWaitedOut(script: String) throws {
    let clock = ContinuousClock()
    let start = clock.now
    let outcome = try #require(shell(script).run(patience: 0.5))
    #expect(outcome.end == .silence, "\(script)")
    #expect(start.duration(to: clock.now) < .seconds(20), "\(script)")
  }

  @Test func whoeverSaysSomethingMayTakeItsTime() throws {
    let outcome = try #require(shell("for i in 1 2 3 4; do sleep 0.4; echo $i; done").run(patience: 1.5))
    #expect(outcome.end == .exit(0) && outcome.lines.count == 4)
  }

  @Test func longOutputIsTakenWhole() throws {
    let outcome = try #require(shell("seq 1 50000; seq 1 50000 >&2").run(patience: 20))
    #expect(outcome.end == .exit(0) && outcome.lines.count == 50000 && outcome.complaint == "50000")
  }

  /// Its own children can be waited for, even where this process ignores their ends.
  @Test func endsAreNotIgnoredInTheChild() throws {
    let script = "trap '' CHLD; exec \"$0\" -c 'grep SigIgn: /proc/self/status'"
    let outcome = try #require(ChildProcess("/bin/bash", ["-c", script]).run(patience: 20))
    let inherited = try #require(outcome.lines.first?.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) })
    #expect(inherited & 1 << UInt64(SIGCHLD - 1) != 0, "bash does not pass it on: \(outcome.lines)")
    signal(SIGCHLD, SIG_IGN)
    defer { signal(SIGCHLD, SIG_DFL) }
    let reset = try #require(shell("grep SigIgn: /proc/self/status").run(patience: 20))
    let ignored = try #require(reset.lines.first?.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) })
    #expect(ignored & 1 << UInt64(SIGCHLD - 1) == 0, "\(reset.lines)")
  }

  @Test func whatIsNotThereIsNil() {
    #expect(ChildProcess("/nonexistent/u2cl", []).run(patience: 1) == nil)
  }
}
