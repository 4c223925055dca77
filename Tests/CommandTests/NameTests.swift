import Files
import Foundation
import LibC
import Testing

/// Pictures whose names text cannot hold, or cannot tell apart, through the built command.
@Suite struct NameTests {
  /// In NFC and in NFD, in Latin-1, behind a combining mark, and behind a joiner.
  static let stems: [FilePath] = [
    "caf\u{E9}", "cafe\u{301}", FilePath(bytes: Array("caf".utf8) + [0xE9]), "\u{301}a", "\u{200D}a",
    "\u{10FFE9}", FilePath(bytes: [0xFF, 0xE9]),
  ].sorted()
  static let pictures = stems.map { $0.adding(suffix: ".jpg") }
  static let masks = stems.map { $0.adding(suffix: ".mask.png") }

  private let sandbox: Sandbox
  private var folder: FilePath { FilePath(sandbox.folder) }

  init() throws {
    sandbox = try Sandbox()
    try Folder.make(folder.appending("in"))
    let bytes = try Sandbox.bytes(Sandbox.picture("rgb-8.png"))
    for name in Self.pictures { try WholeFile.save(to: folder.appending("in").appending(name)) { try $0.write(bytes) } }
  }

  private static let options = ["--model", Sandbox.tinyModel, "--size", "32", "--device", "reference", "-q"]

  /// Runs a script in the folder, because `Process` takes no arguments that are not UTF-8. `$U2CL` is the command, and
  /// `$OPTIONS` are its options.
  private func shell(_ script: String) throws -> Sandbox.Outcome {
    let options = Self.options.map { "'\($0)'" }.joined(separator: " ")
    return try sandbox.shell("u2cl() { \"$U2CL\" \"$@\" \(options); }; \(script)")
  }

  private func names(in folder: FilePath) throws -> [FilePath] {
    try Folder.names(in: self.folder.appending(folder))
  }

  private func lines(_ outcome: Sandbox.Outcome) -> [FilePath] {
    outcome.output.split(separator: 10).map { FilePath(bytes: $0) }
  }

  @Test(arguments: [
    "in", "'in/*.jpg'", "in/*.jpg", "--files-from <(ls in/*.jpg)", "-0 --files-from <(printf '%s\\0' in/*.jpg)",
  ])
  func everyPictureIsMasked(inputs: String) throws {
    let outcome = try shell("mkdir out; u2cl run \(inputs) -o out/")
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(lines(outcome).sorted() == Self.masks.map { FilePath("out").appending($0) })
    #expect(try names(in: "out") == Self.masks)
  }

  @Test func resultsLieBesideThePictures() throws {
    let outcome = try shell("cd in; for picture in *.jpg; do u2cl run \"$picture\" || exit; done")
    #expect(outcome.code == 0 && lines(outcome).sorted() == Self.masks, "\(outcome.errors)")
    #expect(try names(in: "in") == (Self.pictures + Self.masks).sorted())
  }

  /// Every way of writing an option; a combining mark right behind `=` does not change the option.
  @Test(arguments: ["-o \"$name\"", "--to \"$name\"", "--to=\"$name\""])
  func resultsHaveTheNameThatIsGiven(option: String) throws {
    let outcome = try shell(
      """
      mkdir out; cp in/* .; for file in *.jpg; do name=${file%.jpg}.png; u2cl run "$file" \(option) || exit; done
      """)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(lines(outcome).sorted() == Self.stems.map { $0.adding(suffix: ".png") }.sorted())
    for name in lines(outcome) { #expect(folder.appending(name).exists, "\(name)") }
  }

  @Test func foldersAndMapsHaveSuchNames() throws {
    let outcome = try shell(#"cp -r in $'\xE9'; u2cl run $'\xE9' -o $'\xCC\x81' --side-maps $'\xFC'"#)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(try names(in: "\u{301}") == Self.masks)
    #expect(try names(in: FilePath(bytes: [0xFC])).count == 7 * Self.stems.count)
  }

  /// JSON holds text: names that are not UTF-8 are escaped.
  @Test func theReportNamesThem() throws {
    let outcome = try shell("u2cl run in -o out/ --json")
    let report = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output)) as? [String: Any])
    let pictures = try #require(report["pictures"] as? [[String: Any]])
    #expect(
      pictures.map { Array(($0["input"] as? String ?? "").utf8) } == Self.pictures.map { Array("in/\($0.string)".utf8) }
    )
    #expect(pictures.contains { $0["file"] as? String == #"out/caf\xE9.mask.png"# })
  }

  @Test func messagesEscapeThem() throws {
    for (script, message) in [
      (#"u2cl run $'nix\xE9.jpg'"#, #"'nix\xE9.jpg': there is no such file; check the path"#),
      (#"u2cl run in --files-from $'nix\xE9'"#, #"'nix\xE9': there is no such file"#),
      (#"u2cl run in -o $'\xE9/out/'"#, #"there is no folder \xE9"#),
      (#""$U2CL" run in --device $'\xE9'"#, #"'\xE9'"#),
      (#""$U2CL" run in --batch $'\xE9'"#, #"'\xE9'"#),
    ] {
      let outcome = try shell(script)
      #expect(outcome.code != 0 && outcome.errors.contains(message), "\(script): \(outcome.errors)")
    }
  }

  @Test func modelsAndDataSetsHaveSuchNames() throws {
    let outcome = try sandbox.shell(
      #"""
      mkdir $'\xE9'; cp -r in $'\xE9/images'; mkdir masks; cp '\#(Sandbox.tinyModel)' $'\xFC.onnx'
      "$U2CL" run in -o masks -m $'\xFC.onnx' --size 32 --device reference -q && mv masks $'\xE9/masks'
      cd $'\xE9/masks'; for file in *.mask.png; do mv "$file" "${file%.mask.png}.png"; done; cd ../..
      "$U2CL" eval --dataset $'\xE9' --model $'\xFC.onnx' --size 32 --device reference -q --save-maps $'\xE8'
      """#)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(try names(in: FilePath(bytes: [0xE8])) == Self.stems.map { $0.adding(suffix: ".png") }.sorted())
  }
}
