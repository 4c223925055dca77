import Foundation
import Testing

/// How results are named, and what happens where two would have the same name.
@Suite struct NamingTests {
  private let quick = ["-q", "--model", Sandbox.tinyModel, "--size", "32", "--device", "reference"]

  private func album(_ names: [String]) throws -> Sandbox {
    let sandbox = try Sandbox()
    for folder in ["in", "in/sub", "out"] { try sandbox.makeFolder(folder) }
    for name in names { try sandbox.copy(Sandbox.picture("rgb-8.png"), to: "in/\(name)") }
    return sandbox
  }

  /// The first has the name, the others are failures that say what to do, and everything else is done.
  @Test func aNameGoesToTheFirst() throws {
    let sandbox = try album(["a.jpg", "a.png", "b.jpg", "sub/a.jpg"])
    let outcome = try sandbox.run(["run", "in", "-o", "out"] + quick)
    #expect(outcome.code == 5 && outcome.lines == ["out/a.mask.png", "out/b.mask.png"])
    #expect(
      outcome.errors == """
        u2cl: 'in/a.png': its result out/a.mask.png is that of in/a.jpg already; tell them apart with \
        --name '{name}.{kind}'\n
        """)
    let named = try sandbox.expectSuccess(["run", "in", "-o", "out", "--name", "{name}.{kind}"] + quick)
    #expect(named.lines == ["out/a.jpg.mask.png", "out/a.png.mask.png", "out/b.jpg.mask.png"])
    // From several folders into one, and in the side maps.
    let files = ["run", "in/a.jpg", "in/sub/a.jpg", "-o", "out"] + quick
    let two = try sandbox.run(files)
    #expect(two.code == 5 && two.lines == ["out/a.mask.png"])
    #expect(two.errors.contains("--name '{folder}-{name}.{kind}'"))
    #expect(
      try sandbox.expectSuccess(files + ["--name", "{folder}-{name}.{kind}"]).lines
        == ["out/in-a.jpg.mask.png", "out/sub-a.jpg.mask.png"])
    let maps = try sandbox.run(["run", "in/a.jpg", "in/sub/a.jpg", "--side-maps", "maps"] + quick)
    #expect(maps.code == 5 && maps.lines.count == 8 && maps.errors.contains("maps/a.d0.png is that of in/a.jpg"))
  }

  /// Whichever part of several a picture is in, its name is the same, and both are told by one of them.
  @Test func shardsAgreeOnNames() throws {
    let sandbox = try album((0..<12).flatMap { ["\($0).jpg", "\($0).png"] })
    var (lines, failures) = ([String](), 0)
    for part in 1...3 {
      let outcome = try sandbox.run(["run", "in", "-o", "out", "--shard", "\(part)/3", "--json"] + quick)
      let report = try JSON(outcome.output)
      lines += report["pictures"]?.list.compactMap { $0["input"]?.text } ?? []
      failures += report["failures"]?.list.count ?? 0
    }
    #expect(lines.sorted() == (0..<12).map { "in/\($0).jpg" }.sorted() && failures == 12)
  }

  @Test func aPictureThatIsGivenTwiceIsDoneOnce() throws {
    let sandbox = try album(["a.jpg"])
    try sandbox.link("there", to: "in")
    let inputs = ["in/a.jpg", "in/a.jpg", "./in/a.jpg", "there/a.jpg", "in", "in/*.jpg"]
    let outcome = try sandbox.expectSuccess(["run"] + inputs + ["-o", "out/"] + quick.dropFirst())
    #expect(outcome.lines == ["out/a.mask.png"])
    #expect(outcome.errors.contains("5 files were not taken: 5 given twice"))
    let bytes = try Sandbox.bytes(Sandbox.demo)
    #expect(try sandbox.expectSuccess(["run", "-", "-", "-o", "out/"] + quick, input: bytes).lines.count == 1)
  }

  @Test(arguments: [
    ("{stem}", "a.png"), ("{stem}.{ext}.mask", "a.JPG.mask.png"), ("{name}", "a.JPG.png"),
    ("x {kind} {stem}", "x mask a.png"),
    ("{stem}_{folder}", "a_in.png"), ("{stem}.webp", "a.webp"), ("{stem}_m.PNG", "a_m.PNG"), ("ü{stem}", "üa.png"),
  ])
  func templatesNameResults(template: String, name: String) throws {
    let sandbox = try album(["a.JPG"])
    let run = ["run", "in/a.JPG", "--name", template] + quick
    #expect(try sandbox.expectSuccess(run + ["-o", "out"]).lines == ["out/\(name)"])
    let folder = ["run", "in", "--name", template, "-o", "out", "--skip-existing"] + quick
    #expect(try sandbox.expectSuccess(folder).lines.isEmpty)
    #expect(try sandbox.expectSuccess(run).lines == ["in/\(name)"])
  }

  @Test func aPictureMayHaveNoExtension() throws {
    let sandbox = try album(["a"])
    let outcome = try sandbox.expectSuccess(["run", "in", "-o", "out", "--name", "{stem}.{ext}.mask"] + quick)
    #expect(outcome.lines == ["out/a.mask.png"])
  }

  /// Results that lie among the pictures are no pictures in the next run.
  @Test func namedResultsAreNotTaken() throws {
    let sandbox = try album(["a.jpg", "b_m.png"])
    for _ in 0..<2 {
      let lines = try sandbox.expectSuccess(["run", "in", "--name", "m-{stem}"] + quick).lines
      #expect(lines == ["in/m-a.png", "in/m-b_m.png"])
    }
    // Elsewhere they are.
    #expect(try sandbox.expectSuccess(["run", "in", "-o", "out", "--name", "m-{stem}"] + quick).lines.count == 4)
  }

  @Test func picturesAreNotOverwritten() throws {
    let sandbox = try album(["a.jpg", "a.png"])
    let before = try Sandbox.bytes(sandbox.folder + "/in/a.png")
    let outcome = try sandbox.run(["run", "in", "--name", "{stem}"] + quick)
    #expect(outcome.code == 5 && outcome.lines.isEmpty)
    #expect(outcome.errors.contains("'in/a.jpg': its result in/a.png is one of the pictures and would be overwritten"))
    #expect(try Sandbox.bytes(sandbox.folder + "/in/a.png") == before)
  }

  @Test(arguments: [
    ("", "--name is empty"), ("a/{stem}", "takes no /"), ("{stem", "a { without a }"), ("stem}", "a } without a {"),
    ("{Stem}", "knows no {Stem}, but {stem}, {ext}, {name}, {kind}, {folder}"), ("{}", "knows no {}"),
    ("mask", "is the same for all pictures"), ("{kind}.{ext}", "is the same for all pictures"),
    ("{{stem}}", "knows no {{stem}"),
    ("{stem}.jpg --output cutout", "JPEG has no transparency"), ("{stem}.webp --format png", "leave out --format"),
    ("{stem} -o out.png", "leave out one of them"), ("{stem} -o -", "leave out one of them"),
  ])
  func templatesThatCannotNameAreTold(template: String, says: String) throws {
    let sandbox = try album(["a.jpg"])
    let words = template.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    try sandbox.expectFailure(2, ["run", "in/a.jpg", "--name"] + words + quick, says: says)
  }
}
