import Foundation
import LibC
import Testing

/// Folders of everything that people keep among their pictures: nothing is lost in silence.
@Suite struct FolderContentsTests {
  private let quick = ["--model", Sandbox.tinyModel, "--size", "32", "--device", "reference"]
  private let psd = Array("8BPS\0\u{1}".utf8) + Array(repeating: 0, count: 30)

  /// Pictures are found by what they hold, and names that promise a picture are kept to it.
  @Test func picturesAreFoundByWhatTheyAre() throws {
    let sandbox = try Sandbox()
    try sandbox.makeFolder("in")
    let png = Sandbox.picture("rgb-8.png")
    for name in ["a.jpg", "b", "c.HEIC", "d.txt", "e.JFIF", "f.bak", "g.7"] { try sandbox.copy(png, to: "in/\(name)") }
    try sandbox.write(Array("BM is no bitmap but a text of some length".utf8), to: "in/text")
    try sandbox.write(Array("no picture".utf8), to: "in/Thumbs.db")
    let outcome = try sandbox.expectSuccess(["run", "in", "-o", "out", "-q"] + quick)
    #expect(outcome.lines == ["a", "b", "c", "d", "e", "f", "g"].map { "out/\($0).mask.png" })
    #expect(outcome.errors.isEmpty)
    // As through an open pattern; the shell's names are taken at their word.
    #expect(try sandbox.expectSuccess(["run", "in/*", "-o", "out", "-q"] + quick).lines.count == 7)
    try sandbox.expectFailure(5, ["run", "in/Thumbs.db", "-o", "out.png"], says: "is not a picture of a known format")
  }

  @Test func whatIsNotTakenIsSaid() throws {
    let sandbox = try Sandbox()
    for folder in ["in/sub", "elsewhere"] { try sandbox.makeFolder(folder) }
    try sandbox.copy(Sandbox.picture("rgb-8.png"), to: "in/a.png")
    try sandbox.copy(Sandbox.picture("rgb-8.png"), to: "in/.hidden")
    for name in ["layers.psd", "other.psd", "photo.dng", "drawing"] { try sandbox.write(psd, to: "in/\(name)") }
    try sandbox.write(Array("<svg></svg>".utf8), to: "in/drawing")
    try sandbox.write(Array("II*\0\u{8}\0\0\0 and a thumbnail".utf8), to: "in/photo.dng")
    for name in ["a.mask.png", "b.cutout.webp", "x.jpg.part", "notes.txt"] { try sandbox.write([1], to: "in/\(name)") }
    #expect(mkfifo("\(sandbox.folder)/in/pipe.jpg", 0o600) == 0)
    try sandbox.link("in/gone.jpg", to: "nowhere.jpg")
    try sandbox.link("in/linked", to: "../elsewhere")
    let outcome = try sandbox.expectSuccess(["run", "in", "-o", "out"] + quick)
    #expect(
      outcome.errors.split(separator: "\n").last.map(String.init) == """
        u2cl: 8 files were not taken: 2 PSD, 1 DNG, 1 SVG, 1 broken link, 1 hidden picture, 1 pipe, 1 unfinished; \
        2 results of earlier runs were not taken; 1 folder was not searched (see -r); \
        1 link to a folder was not followed (see -r and --follow-links)
        """, "\(outcome.errors)")
    let report = try JSON(sandbox.expectSuccess(["run", "in", "-o", "out", "--json", "-q"] + quick).output)
    let entries = (report["notTaken"]?.list ?? []).map { entry in
      [entry["input"]?.text, entry["reason"]?.text, entry["detail"]?.text].compactMap { $0 }.joined(separator: " ")
    }
    #expect(
      entries == [
        "in/.hidden hidden", "in/a.mask.png result", "in/b.cutout.webp result", "in/drawing format SVG",
        "in/gone.jpg broken-link", "in/layers.psd format PSD", "in/linked link-to-folder", "in/notes.txt no-picture",
        "in/other.psd format PSD", "in/photo.dng format DNG", "in/pipe.jpg pipe", "in/sub folder",
        "in/x.jpg.part unfinished",
      ])
    // A raw file's thumbnail is not what a name means, either.
    try sandbox.expectFailure(5, ["run", "in/photo.dng", "-o", "out.png"], says: "a file of the format DNG")
    try sandbox.expectFailure(
      5, ["run", "elsewhere", "-o", "out"], says: "there is no picture in the folder elsewhere; it is empty")
    try sandbox.expectFailure(5, ["run", "in/*.gif", "-o", "out", "-q"], says: "nothing matches in/*.gif")
  }

  /// Without libvips, its formats are counted, and what only has their names is a picture all the same.
  @Test func aMissingDecoderIsSaid() throws {
    let sandbox = try Sandbox()
    try sandbox.makeFolder("in")
    let formats = Sandbox.picture("../FormatFixtures/")
    try sandbox.copy(formats + "rgb.heic", to: "in/a.heic")
    try sandbox.copy(formats + "rgb.avif", to: "in/b")
    try sandbox.copy(Sandbox.picture("rgb-8.png"), to: "in/c.heic")
    let without = ["U2CL_LIBVIPS": "/nonexistent"]
    let outcome = try sandbox.expectSuccess(["run", "in", "-o", "out"] + quick, environment: without)
    #expect(outcome.lines == ["out/c.mask.png"])
    #expect(
      outcome.errors.contains(
        """
        2 files were not taken: 1 AVIF (install libvips: apt-get install libvips42), \
        1 HEIC (install libvips: apt-get install libvips42)
        """), "\(outcome.errors)")
  }

  @Test func linksToFoldersAreFollowedOnRequest() throws {
    let sandbox = try Sandbox()
    for folder in ["in", "real/deep"] { try sandbox.makeFolder(folder) }
    try sandbox.copy(Sandbox.picture("rgb-8.png"), to: "real/deep/a.png")
    try sandbox.link("in/linked", to: "../real")
    try sandbox.link("real/deep/round", to: "../../in")
    try sandbox.expectFailure(
      5, ["run", "in", "-r", "-o", "out"] + quick,
      says: "no picture in the folder in; 1 link to a folder was not followed (see --follow-links)")
    let run = ["run", "in", "-r", "--follow-links", "-o", "out", "-q"] + quick
    #expect(try sandbox.expectSuccess(run).lines == ["out/linked/deep/a.mask.png"])
    try sandbox.expectFailure(2, ["run", "in", "--follow-links"], says: "--follow-links goes with -r")
  }

  /// The rest is done, also where a folder is empty or a name means nothing.
  @Test func inputsThatGiveNothingDoNotStopTheRest() throws {
    let sandbox = try Sandbox()
    for folder in ["in", "empty"] { try sandbox.makeFolder(folder) }
    try sandbox.copy(Sandbox.picture("rgb-8.png"), to: "in/a.png")
    let outcome = try sandbox.run(["run", "empty", "in/*.gif", "missing.jpg", "in", "-o", "out", "--json"] + quick)
    #expect(outcome.code == 5)
    let report = try JSON(outcome.output)
    #expect(report["pictures"]?.list.map { $0["input"]?.text } == ["in/a.png"])
    #expect(report["failures"]?.list.map { $0["input"]?.text } == ["empty", "in/*.gif", "missing.jpg"])
    let all = try sandbox.run(["run", "empty", "--json"] + quick)
    #expect(try all.code == 5 && JSON(all.output)["failures"]?.list.count == 1)
  }

  /// Every entry of a folder is in one list of the report, whatever it is, and each part of several has its share.
  @Test(arguments: [1, 3]) func everyEntryIsInTheReport(shards: Int) throws {
    let sandbox = try Sandbox()
    let options = quick.map { "'\($0)'" }.joined(separator: " ")
    let script = """
      python3 '\(Self.package)/scripts/test-files' --count 150 --only-make in &&
      for i in $(seq \(shards)); do
        "$U2CL" run in -o out --json -q --shard $i/\(shards) \(options) 2> /dev/null
        [ $? = 5 ] || echo wrong
      done > reports
      python3 '\(Self.package)/scripts/test-files' --only-check in reports
      """
    let outcome = try sandbox.shell(script)
    #expect(outcome.code == 0, "\(outcome.text)\(outcome.errors)")
  }

  private static let package = String(Sandbox.demo.dropLast("/Examples/demo.jpg".count))
}
