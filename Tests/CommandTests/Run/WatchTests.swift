import Testing

/// Folders that are watched, by the command.
@Suite struct WatchTests {
  private let quick = "-q --model '\(Sandbox.tinyModel)' --size 32 --device reference"

  /// Starts a watch, runs `script` after its first result, and waits for so many results in all.
  private func watch(_ options: String, results: Int, _ script: String, in sandbox: Sandbox) throws -> Sandbox.Outcome {
    try sandbox.shell(
      """
      mkdir -p in out; cp '\(Sandbox.demo)' in/first.jpg; cp '\(Sandbox.demo)' x.jpg
      "$U2CL" run in --watch \(options) \(quick) > log 2> errors & pid=$!
      for i in $(seq 200); do [ -s log ] && break; sleep 0.05; done
      \(script)
      for i in $(seq 200); do [ $(wc -l < log) -ge \(results) ] && break; sleep 0.05; done
      sleep 0.5; kill -TERM $pid; wait $pid; code=$?; cat log; cat errors >&2; exit $code
      """)
  }

  /// By links, by renaming, and by u2cl itself; polling sees the same.
  @Test(arguments: ["", "--poll 0.2"]) func filesAppearInEveryWay(options: String) throws {
    let sandbox = try Sandbox()
    let outcome = try watch(
      "\(options) -o out", results: 6,
      """
      ln x.jpg in/hard.jpg; ln -s ../x.jpg in/soft.jpg; cp x.jpg in/plain.jpg; cp x.jpg in/y.part; mv in/y.part in/y
      "$U2CL" run x.jpg --output composite -o in/ours.jpg \(quick) > /dev/null
      """, in: sandbox)
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    let names = ["first", "hard", "ours", "plain", "soft", "y"]
    #expect(outcome.lines.sorted() == names.map { "out/\($0).mask.png" }, "\(outcome.lines)")
  }

  /// Results among the pictures are not taken, whatever their names are.
  @Test(arguments: [
    "", "--name 'm-{stem}'", "-o in", "--name '{stem}_{kind}' -o in", "--poll 0.2 --name '{name}_m.webp'",
  ])
  func resultsAreNotTaken(options: String) throws {
    let sandbox = try Sandbox()
    let outcome = try watch(options, results: 2, "cp x.jpg in/second.jpg", in: sandbox)
    #expect(outcome.code == 0 && outcome.lines.count == 2 && outcome.errors.isEmpty, "\(outcome.text)\(outcome.errors)")
  }

  /// The second picture whose result would have the same name is a failure, and the watch goes on; a picture that is
  /// written again is done again.
  @Test func aNameThatIsTakenIsTold() throws {
    let sandbox = try Sandbox()
    let outcome = try watch(
      "-o out", results: 3,
      "cp x.jpg in/first.png; sleep 0.3; cp x.jpg in/first.jpg; sleep 0.3; cp x.jpg in/last.jpg", in: sandbox)
    #expect(outcome.code == 5 && outcome.lines == ["out/first.mask.png", "out/first.mask.png", "out/last.mask.png"])
    #expect(outcome.errors.contains("'in/first.png': its result out/first.mask.png is that of in/first.jpg already"))
  }

  @Test func whatCannotBeWatchedIsTold() throws {
    let sandbox = try Sandbox()
    try sandbox.makeFolder("in")
    for (arguments, says) in [
      (["in", "-w", "--name", "{stem}"], "could not tell such results from pictures"),
      (["in", "-w", "-o", "in", "--name", "{stem}.webp"], "could not tell such results from pictures"),
      (["in", "-w", "-o", "out", "--side-maps", "in"], "would take the side maps for pictures"),
      (["in", "--poll", "1"], "--poll goes with --watch"),
      (["in", "-w", "--poll", "0"], "--poll goes from 0.1 to 3600"),
      (["https://example.org/", "-w"], "is an address"),
    ] {
      try sandbox.expectFailure(2, ["run"] + arguments, says: says)
    }
  }
}
