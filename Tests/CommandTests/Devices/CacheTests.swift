import Files
import Foundation
import TestSupport
import Testing
import Caches
import U2Net

/// `cache info` and `cache clear`.
@Suite struct CacheCommandTests {
  @Test func anEmptyCacheIsShown() throws {
    let sandbox = try Sandbox()
    let outcome = try sandbox.expectSuccess(["cache", "info"])
    #expect(
      outcome.lines.prefix(4).map { $0.split(separator: " ").last.map(String.init) } == [
        sandbox.cache, "B)", "B)", "B)",
      ])
    #expect(outcome.lines.count == 6 && outcome.lines.last?.hasPrefix("PoCL's own") == true && outcome.errors.isEmpty)
    let report = try JSON(sandbox.expectSuccess(["cache", "info", "--json"]).output)
    #expect(report.keys == ["schema", "path", "contents", "pocl"])
    #expect(report["path"]?.text == sandbox.cache && report["pocl"]?.keys == ["path", "contents"])
    for kind in ["programs", "tunings", "devices", "evaluations", "unfinished"] {
      #expect(report["contents"]?[kind]?["count"]?.number == 0 && report["contents"]?[kind]?["bytes"]?.number == 0)
    }
    let cleared = try sandbox.expectSuccess(["cache", "clear"])
    #expect(cleared.text.hasPrefix("removed 0 programs, 0 tunings, 0 device journals, 0 evaluations (0 B) from "))
  }

  /// What an interrupted evaluation has left; nothing else in its folder is ours.
  @Test func anEvaluationIsShownAndCleared() throws {
    let sandbox = try Sandbox()
    let folder = sandbox.cache + "/evaluations"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for name in ["1f2e3d4c5b6a7988.journal", "7.journal", "notes.journal", "1f2e.txt"] {
      try Data([1, 2, 3]).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
    }
    #expect(try sandbox.expectSuccess(["cache", "info"]).lines.contains("evaluations  2 (6 B)"))
    let cleared = try sandbox.expectSuccess(["cache", "clear"])
    #expect(cleared.text.hasPrefix("removed 0 programs, 0 tunings, 0 device journals, 2 evaluations (6 B) from "))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["1f2e.txt", "notes.journal"])
  }

  @Test(arguments: ["", "off"]) func offIsShown(value: String) throws {
    let sandbox = try Sandbox()
    let off = ["U2CL_CACHE": value]
    #expect(try sandbox.expectSuccess(["cache", "info"], environment: off).text.contains("none: U2CL_CACHE says so"))
    let report = try JSON(sandbox.expectSuccess(["cache", "info", "--json"], environment: off).output)
    #expect(report.keys == ["schema", "reason", "contents", "pocl"])
    #expect(try sandbox.expectSuccess(["cache", "clear"], environment: off).text.hasPrefix("nothing to clear"))
  }

  @Test func anotherFolderIsShown() throws {
    let outcome = try Sandbox().shell(
      "unset U2CL_CACHE POCL_CACHE_DIR; XDG_CACHE_HOME=/some/where \"$U2CL\" cache info")
    #expect(outcome.text.contains("/some/where/u2cl\n") && outcome.text.contains("/some/where/pocl/kcache, 0 (0 B)"))
  }
}

private let intel = SharedFiles.packageRoot + "/.venv/opencl-vendors/intel"
private let hasIntel = FileManager.default.fileExists(atPath: intel + "/intel.icd")
private let hasPoCL = ((try? ComputeDevice.all()) ?? []).contains { $0.platform == PoCLCache.platform }

/// What becomes of programs in the cache, through the command. PoCL keeps its own, so these run on Intel's runtime.
@Suite(.enabled(if: hasIntel, "needs Intel's OpenCL runtime (scripts/install-dependencies --tests)"))
struct KeptProgramTests {
  private let sandbox: Sandbox
  private let environment = ["OCL_ICD_VENDORS": intel]
  private let run = ["run", Sandbox.picture("rgb-8.png"), "-o", "-", "--model", "tiny.onnx"]

  /// Two programs are all that the model takes, so that little is compiled again and again.
  init() throws {
    sandbox = try Sandbox()
    try sandbox.write(TinyONNX.bytes(outputs: ["d0"]), to: "tiny.onnx")
  }

  /// Every file of the cache with its bytes.
  private func kept() throws -> [String: [UInt8]] {
    let folder = sandbox.cache + "/programs"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return Dictionary(uniqueKeysWithValues: try names.map { ($0, try Sandbox.bytes("\(folder)/\($0)")) })
  }

  private func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: "\(sandbox.cache)/programs/\(name)"))
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o600], ofItemAtPath: "\(sandbox.cache)/programs/\(name)")
  }

  /// What `run` says beside the two lines that it always says of a picture.
  private func warnings(in outcome: Sandbox.Outcome) -> [Substring] {
    // Intel's runtime asks for a bug report, now and then, where it cannot write.
    let lines = outcome.errors.split(separator: "\n").filter { !$0.hasPrefix("PLEASE submit a bug report") }
    return lines.filter { !$0.hasPrefix("u2cl: tiny at ") && !$0.contains(" compiled in ") && !$0.hasSuffix(" ms") }
  }

  /// A mask, without a warning.
  private func mask(environment more: [String: String] = [:]) throws -> [UInt8] {
    let outcome = try sandbox.expectSuccess(run, environment: environment.merging(more) { $1 })
    #expect(warnings(in: outcome).isEmpty, "\(outcome.errors)")
    return outcome.output
  }

  @Test func programsAreKeptAndUsed() throws {
    let first = try mask(environment: ["U2CL_CACHE": "off"])
    #expect(try kept().isEmpty)
    #expect(try mask() == first)
    let programs = try kept()
    #expect(programs.count > 1)
    #expect(try mask() == first && kept() == programs)
    let report = try JSON(sandbox.expectSuccess(["cache", "info", "--json"]).output)["contents"]
    #expect(report?["programs"]?["count"]?.number == Double(programs.count))
    #expect(report?["programs"]?["bytes"]?.number == Double(programs.values.reduce(0) { $0 + $1.count }))

    try write([1], to: "notes.txt")
    let cleared = try sandbox.expectSuccess(["cache", "clear"])
    #expect(cleared.text.hasPrefix("removed \(programs.count) programs, 0 tunings, 2 device journals, 0 evaluations ("))
    #expect(try kept() == ["notes.txt": [1]])
  }

  /// Damage of every kind: the mask is right, nothing is said, and the entry is made anew.
  @Test func damagedProgramsAreReplaced() throws {
    let expected = try mask()
    let whole = try kept()
    let names = whole.keys.sorted()
    let damages: [(name: String, bytes: ([UInt8]) -> [UInt8])] = [
      ("half", { Array($0.prefix($0.count / 2)) }), ("empty", { _ in [] }), ("zeros", { $0.map { _ in 0 } }),
      ("one byte", { bytes in bytes.enumerated().map { $0 == bytes.count / 2 ? ~$1 : $1 } }),
      ("another's", { bytes in whole.values.first { $0 != bytes } ?? [] }),
    ]
    for damage in damages {
      for (name, bytes) in whole { try write(damage.bytes(bytes), to: name) }
      #expect(try mask() == expected, "\(damage.name)")
      let repaired = try kept()
      #expect(repaired.keys.sorted() == names, "\(damage.name)")
      #expect(repaired.values.allSatisfy { $0.starts(with: Array("u2clbin\n".utf8)) }, "\(damage.name)")
      #expect(try mask() == expected && kept() == repaired, "\(damage.name)")
    }
  }

  /// A whole entry, but the driver refuses what is in it: as if the program were another's.
  @Test func refusedProgramsAreReplaced() throws {
    let expected = try mask()
    let whole = try kept()
    for (name, bytes) in whole {
      let payload = Array("not a program".utf8)
      let size = withUnsafeBytes(of: UInt64(payload.count).littleEndian) { Array($0) }
      try write(Array(bytes.prefix(44)) + size + SHA256.digest(of: payload) + payload, to: name)
    }
    #expect(try mask() == expected)
    #expect(try kept().values.allSatisfy { $0.count > 500 })
  }

  /// A process ended while it loaded a program: the next one compiles it.
  @Test func aProgramThatEndsAProcessIsReplaced() throws {
    let expected = try mask()
    let name = try #require(kept().keys.sorted().first)
    try write(Array("4194305".utf8), to: name + ".loading")
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -100)], ofItemAtPath: "\(sandbox.cache)/programs/\(name)")
    #expect(try mask() == expected)
    let attributes = try FileManager.default.attributesOfItem(atPath: "\(sandbox.cache)/programs/\(name)")
    #expect((attributes[.modificationDate] as? Date)?.timeIntervalSinceNow ?? -100 > -90)
    #expect(try kept().keys.allSatisfy { $0.hasSuffix(".bin") })
  }

  @Test func twoProcessesAtOnce() throws {
    let script = """
      "$U2CL" run "$PICTURE" -o a.png --model tiny.onnx & a=$!
      "$U2CL" run "$PICTURE" -o b.png --model tiny.onnx & b=$!
      wait $a && wait $b && cmp a.png b.png
      """
    let picture = ["PICTURE": Sandbox.picture("rgb-8.png")]
    let outcome = try sandbox.shell(script, environment: environment.merging(picture) { $1 })
    #expect(outcome.code == 0 && warnings(in: outcome).isEmpty, "\(outcome.errors)")
    let programs = try kept()
    #expect(programs.count > 1 && programs.keys.allSatisfy { $0.hasSuffix(".bin") })
    #expect(try mask() == Sandbox.bytes(sandbox.folder + "/a.png") && kept() == programs)
  }

  @Test func killedWhileItWrites() throws {
    let script = """
      for pause in 0.05 0.1 0.15 0.2 0.25 0.3 0.4; do
        "$U2CL" run "$PICTURE" -o - --model tiny.onnx >/dev/null 2>&1 & pid=$!
        sleep $pause; kill -9 $pid 2>/dev/null; wait $pid 2>/dev/null
      done; true
      """
    let picture = ["PICTURE": Sandbox.picture("rgb-8.png")]
    let outcome = try sandbox.shell(script, environment: environment.merging(picture) { $1 })
    #expect(outcome.code == 0)
    let expected = try mask(environment: ["U2CL_CACHE": "off"])
    #expect(try mask() == expected && mask() == expected)
    try sandbox.expectSuccess(["cache", "clear"])
    #expect(try kept().isEmpty)
  }

  /// No file may grow beyond 4 KiB, as on a full disk: one line says so, the mask is right, nothing is left.
  @Test func aFullDiskIsTold() throws {
    let script = "trap '' XFSZ; ulimit -f 4; exec \"$U2CL\" run \"$PICTURE\" -o - --model tiny.onnx"
    let picture = ["PICTURE": Sandbox.picture("rgb-8.png")]
    let outcome = try sandbox.shell(script, environment: environment.merging(picture) { $1 })
    let expected = try mask(environment: ["U2CL_CACHE": "off"])
    #expect(outcome.code == 0 && outcome.output == expected, "\(outcome.errors)")
    #expect(warnings(in: outcome).count == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains("the cache \(sandbox.cache) cannot be written (File too large)"))
    #expect(try kept().isEmpty)
  }

  /// A home where not even root can write, and none at all.
  @Test(arguments: [
    ("HOME=/proc/self", "the cache /proc/self/.cache/u2cl cannot be written"),
    ("-u HOME", "there is no place for a cache"), ("U2CL_CACHE=/dev/null/x", "the cache /dev/null/x cannot be written"),
  ]) func noPlaceIsTold(variables: String, says: String) throws {
    let script = "exec env -u U2CL_CACHE -u XDG_CACHE_HOME \(variables) \"$U2CL\" "
    let command = "run '\(run[1])' -o - --model tiny.onnx"
    let outcome = try sandbox.shell(script + command, environment: environment)
    #expect(outcome.code == 0 && !outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("u2cl: \(says)"), "\(outcome.errors)")
    #expect(warnings(in: outcome).count == 1, "\(outcome.errors)")
    #expect(try sandbox.shell(script + command + " -q", environment: environment).errors.isEmpty)
  }
}

/// PoCL and the cache that it needs.
@Suite struct PoCLCacheTests {
  @Test func whatPoCLKeepsIsCounted() throws {
    let sandbox = try Sandbox()
    try sandbox.makeFolder("kcache/AB/program")
    try sandbox.write([1, 2, 3], to: "kcache/AB/program/kernel.so")
    try sandbox.write([1, 2], to: "kcache/AB/source.cl")
    let place = ["POCL_CACHE_DIR": sandbox.folder + "/kcache"]
    let report = try JSON(sandbox.expectSuccess(["cache", "info", "--json"], environment: place).output)["pocl"]
    #expect(report?["contents"]?["count"]?.number == 2 && report?["contents"]?["bytes"]?.number == 5)
  }

  private let command = "\"$U2CL\" devices"

  /// Where PoCL's folder cannot be written, PoCL offers no device; it is given another folder.
  @Test(.enabled(if: hasPoCL, "needs PoCL"), arguments: ["HOME=/proc/self", "POCL_CACHE_DIR=/dev/null/x"])
  func anotherPlaceIsFound(variables: String) throws {
    let sandbox = try Sandbox()
    let outcome = try sandbox.shell("exec env -u POCL_CACHE_DIR -u XDG_CACHE_HOME \(variables) \(command)")
    #expect(outcome.code == 0 && outcome.text.contains(PoCLCache.platform))
    #expect(
      outcome.errors.hasPrefix("u2cl: PoCL's cache ") && outcome.errors.contains(" serves instead; set POCL_CACHE_DIR"))
    #expect(outcome.errors.split(separator: "\n").count == 1)
    #expect(sandbox.files.contains { $0.hasPrefix("u2cl-pocl-") })
  }

  /// Without any place PoCL is not used: on a full disk its compiler would end the process.
  @Test func noPlaceAtAllIsTold() throws {
    let sandbox = try Sandbox()
    // No more than so many blocks fit into a file, and so into any folder that is tried.
    let place = "ulimit -f 1; exec env POCL_CACHE_DIR=/proc/self/x "
    let outcome = try sandbox.shell(place + "\"$U2CL\" devices")
    #expect(outcome.code == 0 && !outcome.output.isEmpty)
    if hasPoCL, !outcome.text.contains("cpu") {
      #expect(outcome.errors.contains("PoCL has no place for its cache: /proc/self/x cannot be used"))
      #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    }
  }

  /// Another user's folder, or a link to one, is not used.
  @Test func aFolderOfAnotherIsNotTrusted() throws {
    let sandbox = try Sandbox()
    let script = """
      ln -s "$PWD" "$TMPDIR/u2cl-pocl-$(id -u)"
      exec env POCL_CACHE_DIR=/proc/self/x "$U2CL" devices
      """
    let outcome = try sandbox.shell(script)
    #expect(outcome.code == 0 && !outcome.errors.contains("/temporary/u2cl-pocl"), "\(outcome.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: sandbox.folder).isEmpty)
  }

  @Test func theUsualPlace() {
    #expect(PoCLCache(environment: ["HOME": "/h"]).path == "/h/.cache/pocl/kcache")
    #expect(PoCLCache(environment: ["HOME": "/h", "XDG_CACHE_HOME": "/x"]).path == "/x/pocl/kcache")
    #expect(PoCLCache(environment: ["HOME": "/h", "POCL_CACHE_DIR": "/p"]).path == "/p")
    #expect(PoCLCache(environment: [:]).path == "/tmp/pocl/kcache")
  }
}
