import Foundation
import TestSupport
import Testing
import U2Net

/// Killed at any moment while it writes over what is there: every file is whole, the old one or the new one, and
/// nothing else is left, hidden files included. `ManyPicturesTests` has the same for masks where nothing is there.
@Suite struct KillTests {
  @Test(arguments: ["KILL", "TERM", "INT"]) func cutoutsAndMapsAreWhole(signal: String) throws {
    let sandbox = try Sandbox()
    for folder in ["album", "album/sub"] { try sandbox.makeFolder(folder) }
    for index in 0..<12 {
      try sandbox.copy(Sandbox.demo, to: "\(index % 2 == 0 ? "album" : "album/sub")/\(index).jpg")
    }
    let options = ["run", "album", "-r", "-o", "out", "--output", "cutout", "--side-maps", "maps"]
    let arguments = options + ["--size", "64", "--quiet", "--model", Sandbox.tinyModel]
    let whole = try sandbox.expectSuccess(arguments)
    let allowed = sandbox.files
    let command = arguments.map { "'\($0)'" }.joined(separator: " ")
    let seed = UInt64(signal.utf8.reduce(0) { $0 * 31 + Int($1) })
    var generator = SeededGenerator(seed: seed)
    var ends = Set<Int32>()
    for turn in 0..<8 {
      // Every second time nothing is there before.
      if turn % 2 == 0 {
        for folder in ["out", "maps"] { try? FileManager.default.removeItem(atPath: "\(sandbox.folder)/\(folder)") }
      }
      let delay = Double.random(in: turn == 0 ? 0...0.005 : 0...whole.seconds, using: &generator)
      // In bash, with job control: a script's background processes ignore SIGINT otherwise.
      let outcome = try sandbox.shell(
        "set -m; \"$U2CL\" \(command) > /dev/null & sleep \(delay); "
          + "kill -\(signal) $! 2> /dev/null; wait $! 2> /dev/null"
      )
      ends.insert(outcome.code)
      let what = "turn \(turn) of SIG\(signal), seed \(seed), after \(delay) s"
      #expect(sandbox.files.isSubset(of: allowed), "\(what): \(sandbox.files.subtracting(allowed))")
      for name in sandbox.files where name.hasSuffix(".png") {
        let made = try Picture(contentsOf: "\(sandbox.folder)/\(name)")
        let isCutout = name.hasSuffix(".cutout.png")
        #expect(made.size == Size(height: 480, width: 640) && made.hasAlpha == isCutout, "\(name), \(what)")
      }
    }
    let code: Int32 = ["KILL": 137, "TERM": 143, "INT": 130][signal] ?? 0
    #expect(ends.isSubset(of: [0, code]) && ends.contains(code), "\(ends), seed \(seed)")
  }
}
