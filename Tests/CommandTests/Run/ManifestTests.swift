import Foundation
import TestSupport
import Testing

/// `run --manifest`: a line for each picture, whatever ends the process.
@Suite struct ManifestTests {
  private let quick = ManyPicturesTests.quick

  private func album(_ count: Int) throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.makeFolder("album")
    for index in 0..<count { try sandbox.copy(Sandbox.demo, to: "album/\(index).jpg") }
    return sandbox
  }

  private func lines(_ sandbox: Sandbox, _ name: String = "m/a.jsonl") throws -> [JSON] {
    try Sandbox.bytes("\(sandbox.folder)/\(name)").split(separator: 10).map { try JSON(Array($0)) }
  }

  private func digest(_ sandbox: Sandbox, _ name: String) throws -> String? {
    try sandbox.shell("sha256sum '\(name)'").text.split(separator: " ").first.map(String.init)
  }

  @Test func aLineHasDigestsOfPictureAndResult() throws {
    let sandbox = try album(2)
    try sandbox.write(Array("no picture".utf8), to: "album/bad.jpg")
    try sandbox.makeFolder("album/folder.d")
    let outcome = try sandbox.run(["run", "album", "-o", "out", "--manifest", "m/a.jsonl"] + quick)
    #expect(outcome.code == 5 && outcome.lines == ["out/0.mask.png", "out/1.mask.png"])
    let found = try lines(sandbox)
    #expect(found.compactMap { $0["path"]?.text } == ["album/0.jpg", "album/1.jpg", "album/bad.jpg"])
    for line in found {
      let path = try #require(line["path"]?.text)
      #expect(try line["sha256"]?.text == digest(sandbox, path))
      #expect(line["model"]?.text != nil && line["version"]?.text != nil && line["time"]?.number ?? 0 > 1e9)
      let isDone = path != "album/bad.jpg"
      #expect(line["status"]?.text == (isDone ? "done" : "failed") && (line["error"] == nil) == isDone)
      #expect((line["seconds"]?.number ?? 0 > 0) == isDone)
      if let result = line["result"]?.text { #expect(try line["resultSha256"]?.text == digest(sandbox, result)) }
    }
  }

  /// Whoever comes after a process that was killed does what has no line, and every picture has one line that counts.
  @Test func aKilledRunIsResumed() throws {
    let sandbox = try album(16)
    let arguments = ["run", "album", "-o", "out", "--skip-existing", "--manifest", "m.jsonl"] + quick
    let command = arguments.map { "'\($0)'" }.joined(separator: " ")
    var counts: [Int] = []
    for turn in 0..<4 {
      let script = """
        "$U2CL" \(command) > /dev/null &
        for _ in {1..3000}; do
          [[ $(cat m.jsonl 2> /dev/null | wc -l) -gt \(turn * 3) ]] && break
          sleep 0.002
        done
        kill -KILL $! 2> /dev/null; wait $! 2> /dev/null
        """
      _ = try sandbox.shell(script)
      counts.append(try lines(sandbox, "m.jsonl").count)
    }
    #expect(counts == counts.sorted() && counts[0] > 0, "\(counts)")
    // The incomplete line of a process that was killed while it wrote.
    try sandbox.expectSuccess(["run", "album/3.jpg", "-o", "x.png"] + quick)
    _ = try sandbox.shell("printf '{\"path\":\"album/3' >> m.jsonl; rm -f out/5.mask.png")
    try sandbox.expectSuccess(arguments)
    let found = try lines(sandbox, "m.jsonl")
    var latest: [String: String] = [:]
    for line in found { latest[line["result"]?.text ?? "-"] = line["resultSha256"]?.text ?? "" }
    #expect(latest.count == 16 && found.count <= 17, "\(counts), \(found.count)")
    for (result, known) in latest { #expect(try digest(sandbox, result) == known) }
    #expect(try sandbox.expectSuccess(arguments).lines.isEmpty)
  }

  /// Results without a line are made again, so that the manifest is complete.
  @Test func resultsWithoutALineAreMadeAgain() throws {
    let sandbox = try album(3)
    try sandbox.expectSuccess(["run", "album", "-o", "out"] + quick)
    let arguments = ["run", "album", "-o", "out", "--skip-existing", "--manifest", "m.jsonl"] + quick
    #expect(try sandbox.expectSuccess(arguments).lines.count == 3)
    #expect(try sandbox.expectSuccess(arguments).lines.isEmpty)
    _ = try sandbox.shell("rm out/1.mask.png")
    #expect(try sandbox.expectSuccess(arguments).lines == ["out/1.mask.png"])
    #expect(try lines(sandbox, "m.jsonl").count == 4)
  }

  @Test func anotherFileIsNotAppendedTo() throws {
    let sandbox = try album(1)
    try sandbox.write(Array("a note\n".utf8), to: "note.txt")
    try sandbox.write(Array("{\"path\": 1}\n".utf8), to: "other.json")
    try sandbox.write(Array("no line".utf8), to: "short.txt")
    let start = ["run", "album", "-o", "out"] + quick
    let says = "is no manifest"
    for name in ["note.txt", "other.json", "short.txt"] {
      try sandbox.expectFailure(5, start + ["--manifest", name], says: name, says, "--manifest")
    }
    try sandbox.expectFailure(5, start + ["--manifest", "album"], says: "the manifest album cannot be written")
  }

  @Test func aFullDiskEndsTheRun() throws {
    let sandbox = try album(4)
    let start = ["run", "album", "-o", "out", "--manifest", "/dev/full"] + quick
    let outcome = try sandbox.run(start)
    #expect(outcome.code == 5 && outcome.errors.contains("the manifest /dev/full cannot be written"))
  }
}
