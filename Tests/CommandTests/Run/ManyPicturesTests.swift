import Foundation
import TestSupport
import Testing
import U2Net

/// Folders, patterns, lists, shards, several devices, interruptions.
@Suite struct ManyPicturesTests {
  static let quick = ["--quiet", "--model", Sandbox.tinyModel, "--size", "32"]
  private let quick = Self.quick

  /// A folder of pictures of several formats and sizes, with others in it.
  private func album(_ count: Int = 6) throws -> Sandbox {
    let sandbox = try Sandbox()
    let sources = [Sandbox.demo, Sandbox.picture("rgb-8.png"), Sandbox.picture("lossy.webp")]
    for folder in ["album", "album/sub", "album/sub/deep"] { try sandbox.makeFolder(folder) }
    for index in 0..<count {
      let source = sources[index % sources.count]
      let folder = ["album", "album/sub", "album/sub/deep"][index / 2 % 3]
      try sandbox.copy(source, to: "\(folder)/\(index).\(source.split(separator: ".").last ?? "")")
    }
    try sandbox.write(Array("a note".utf8), to: "album/notes.txt")
    return sandbox
  }

  private static let masks = ["out/0", "out/1", "out/sub/2", "out/sub/3", "out/sub/deep/4", "out/sub/deep/5"].map {
    "\($0).mask.png"
  }

  @Test func aFolderKeepsItsStructure() throws {
    let sandbox = try album()
    let outcome = try sandbox.expectSuccess(["run", "album", "-r", "-o", "out"] + quick)
    #expect(outcome.lines == Self.masks && outcome.errors.isEmpty)
    #expect(sandbox.files.isSuperset(of: Self.masks))
    // Once more, beside the pictures and over what is there: masks are no pictures.
    for _ in 0..<2 {
      let lines = try sandbox.expectSuccess(["run", "album", "--recursive"] + quick).lines
      #expect(lines == Self.masks.map { "album" + $0.dropFirst(3) })
    }
    #expect(try sandbox.expectSuccess(["run", "album", "-o", "flat"] + quick).lines.count == 2)
  }

  /// What lies in the pictures' folder because it was written there is not looked into.
  @Test func resultsAmongThePicturesAreLeftAlone() throws {
    let sandbox = try album()
    for _ in 0..<2 {
      #expect(try sandbox.expectSuccess(["run", "album", "-r", "-o", "album/out"] + quick).lines.count == 6)
    }
  }

  @Test func patternsAndListsArePictures() throws {
    let sandbox = try album()
    let pattern = try sandbox.expectSuccess(["run", "album/**/*.[jw]*p*g", "album/*.png", "-o", "out"] + quick)
    #expect(pattern.lines == ["out/0.mask.png", "out/sub/3.mask.png", "out/1.mask.png"])
    let list = try sandbox.shell(
      """
      mkdir list; find album -name '*.webp' -print0 | sort -z |
        "$U2CL" run --files-from - -0 -o list \(quick.joined(separator: " "))
      printf 'album/0.jpg\\r\\n\\nalbum/1.png\\n' > names
      "$U2CL" run --files-from names -o list \(quick.joined(separator: " "))
      """)
    #expect(list.code == 0 && list.errors.isEmpty, "\(list.errors)")
    #expect(list.lines.map { $0 } == ["list/2.mask.png", "list/5.mask.png", "list/0.mask.png", "list/1.mask.png"])
    try sandbox.expectFailure(5, ["run", "album/*.gif"] + quick, says: "nothing matches album/*.gif")
    try sandbox.expectFailure(5, ["run", "--files-from", "missing"] + quick, says: "'missing': there is no such file")
    try sandbox.expectFailure(2, ["run", "-", "--files-from", "-"] + quick, says: "a picture or a list, not both")
  }

  @Test func whatIsDoneIsSkipped() throws {
    let sandbox = try album()
    let run = ["run", "album", "-r", "-o", "out", "--skip-existing"] + quick
    #expect(try sandbox.expectSuccess(run).lines == Self.masks)
    #expect(try sandbox.expectSuccess(run).lines.isEmpty)
    try FileManager.default.removeItem(atPath: "\(sandbox.folder)/\(Self.masks[3])")
    #expect(try sandbox.expectSuccess(run.filter { $0 != "--quiet" }).lines == [Self.masks[3]])
  }

  /// The others are done, the summary says how many, and the exit code is that of the failure.
  @Test func aBadPictureOfManyIsTold() throws {
    let sandbox = try album()
    try sandbox.write(Array("no picture".utf8), to: "album/bad.jpg")
    let outcome = try sandbox.run(["run", "album", "-r", "-o", "out"] + quick.filter { $0 != "--quiet" })
    #expect(outcome.code == 5 && outcome.lines == Self.masks)
    let errors = outcome.errors.split(separator: "\n")
    #expect(errors.count { $0.contains("'album/bad.jpg': is not a picture of a known format") } == 1)
    #expect(errors.last?.hasPrefix("u2cl: 6 pictures in ") == true && errors.last?.hasSuffix("; 1 failed") == true)
    // What is wrong with the model is wrong for all, and said once.
    try sandbox.expectFailure(4, ["run", "album", "-r", "--model", "missing.onnx"], says: "missing.onnx")
  }

  @Test(arguments: [
    ["--batch", "4"], ["--device", "cpu,cpu"], ["--device", "cpu,reference", "--batch", "2"], ["--device", "all"],
  ])
  func masksAreTheSameHoweverTheyAreMade(options: [String]) throws {
    let sandbox = try album(9)
    try sandbox.expectSuccess(["run", "album", "-r", "-o", "plain"] + quick)
    let names = try sandbox.expectSuccess(["run", "album", "-r", "-o", "other"] + quick + options).lines
    #expect(names.count == 9)
    for name in names {
      let other = try Picture(contentsOf: "\(sandbox.folder)/\(name)").luma
      let plain = try Picture(contentsOf: "\(sandbox.folder)/plain\(name.dropFirst(5))").luma
      let worst = zip(other, plain).map { abs(Int($0) - Int($1)) }.max() ?? 255
      #expect(worst <= 1, "\(name) with \(options)")
    }
  }

  @Test func oneOfTwoDevicesFails() throws {
    let sandbox = try album()
    let outcome = try sandbox.expectSuccess(["run", "album", "-r", "-o", "out", "--device", "cpu,nonesuch"] + quick)
    #expect(outcome.lines == Self.masks)
    let lines = outcome.errors.split(separator: "\n")
    #expect(lines.count <= 1 && lines.allSatisfy { $0.contains("device nonesuch is left out: no device is called") })
    try sandbox.expectFailure(3, ["run", "album", "--device", "nonesuch"] + quick, says: "no device is called")
  }

  /// README's line: shards of several processes make the whole, each picture once.
  @Test func shardsMakeTheWhole() throws {
    let sandbox = try album(8)
    let options = quick.joined(separator: " ")
    let loop = try sandbox.shell(
      "for i in 1 2 3; do \"$U2CL\" run album -r -o out --shard $i/3 \(options); done", environment: [:])
    #expect(loop.code == 0 && loop.errors.isEmpty && Set(loop.lines).count == 8 && loop.lines.count == 8)
    guard try sandbox.shell("command -v parallel").code == 0 else {
      print("SKIPPED: GNU parallel is not installed (scripts/install-dependencies --tests)")
      return
    }
    let parallel = try sandbox.shell("seq 3 | parallel -j 2 '\"$U2CL\" run album -r -o par --shard {}/3 \(options)'")
    #expect(parallel.code == 0, "\(parallel.errors)")
    #expect(Set(parallel.lines.map { "out" + $0.dropFirst(3) }) == Set(loop.lines))
    try sandbox.expectFailure(2, ["run", "album", "--shard", "4/3"] + quick, says: "the value '4/3' is invalid")
  }

  /// Files are masked when they are whole, in new folders as well, and a signal is the end and no failure.
  @Test func aFolderIsWatched() throws {
    let sandbox = try album(2)
    let script = """
      "$U2CL" run album -r --watch -o out \(quick.joined(separator: " ")) > log & pid=$!
      until [ -s log ]; do sleep 0.05; done
      mkdir album/new; cp '\(Sandbox.demo)' album/new/moved.part
      mv album/new/moved.part album/new/moved.jpg
      (head -c 9000 '\(Sandbox.demo)'; sleep 0.3; tail -c +9001 '\(Sandbox.demo)') > album/slow.jpg
      for i in $(seq 200); do [ $(wc -l < log) -ge 4 ] && break; sleep 0.05; done
      kill -TERM $pid; wait $pid; code=$?; cat log; exit $code
      """
    let outcome = try sandbox.shell(script)
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    #expect(Set(outcome.lines) == ["out/0.mask.png", "out/1.mask.png", "out/new/moved.mask.png", "out/slow.mask.png"])
    try sandbox.expectFailure(2, ["run", "album", "-w", "--json"] + quick, says: "leave out --json")
    try sandbox.expectFailure(2, ["run", "album/0.jpg", "-w"] + quick, says: "--watch takes one folder")
  }

  /// Killed at any moment: what is there is whole, and the next run makes the rest.
  @Test(arguments: ["KILL", "TERM", "INT"]) func anEndAtAnyMomentLeavesWholeFiles(signal: String) throws {
    let sandbox = try album(24)
    let run = "run album -r -o out --skip-existing \(quick.joined(separator: " "))"
    var generator = SeededGenerator(seed: UInt64(signal.utf8.count))
    var ends = Set<Int32>()
    for turn in 0..<6 {
      // In bash, with job control: a script's background processes ignore SIGINT otherwise.
      // Two early ones, which nothing is fast enough for.
      let delay = Double.random(in: turn < 2 ? 0...0.02 : 0...0.8, using: &generator)
      let outcome = try sandbox.shell(
        "set -m; \"$U2CL\" \(run) > /dev/null & sleep \(delay); kill -\(signal) $! 2> /dev/null; wait $! 2> /dev/null")
      ends.insert(outcome.code)
      let made = sandbox.files.filter { $0.hasPrefix("out/") && $0.contains(".") }
      for name in made {
        #expect(name.hasSuffix(".mask.png") && !name.contains("/."), "\(name) after \(turn) of SIG\(signal)")
        let mask = try Picture(contentsOf: "\(sandbox.folder)/\(name)")
        #expect(mask.size.height > 0, "\(name)")
      }
      if made.count == 24 { try FileManager.default.removeItem(atPath: "\(sandbox.folder)/out") }
    }
    // Each ends by the signal, as if it had not been caught, or was done before.
    let code: Int32 = ["KILL": 137, "TERM": 143, "INT": 130][signal] ?? 0
    #expect(ends.isSubset(of: [0, code]) && ends.contains(code), "\(ends)")
    let rest = try sandbox.expectSuccess(run.split(separator: " ").map(String.init)).lines
    #expect(rest.allSatisfy { $0.hasSuffix(".mask.png") })
    #expect(sandbox.files.count { $0.hasPrefix("out/") && $0.hasSuffix(".mask.png") } == 24)
  }
}
