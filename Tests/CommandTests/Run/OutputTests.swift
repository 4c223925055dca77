import Testing
import U2Net

/// Where masks go, and that nothing is overwritten or left behind.
@Suite struct OutputTests {
  private let quick = ["--quiet", "--model", Sandbox.tinyModel, "--size", "32"]

  @Test func theMaskLiesBesideThePicture() throws {
    let sandbox = try Sandbox()
    try sandbox.makeFolder("folder")
    try sandbox.copy(Sandbox.demo, to: "folder/photo.of.a fox.JPG")
    let outcome = try sandbox.expectSuccess(["run", "folder/photo.of.a fox.JPG"] + quick)
    #expect(outcome.text == "folder/photo.of.a fox.mask.png\n" && outcome.errors.isEmpty)
    #expect(sandbox.files == ["folder", "folder/photo.of.a fox.JPG", "folder/photo.of.a fox.mask.png"])
    #expect(try Picture(contentsOf: sandbox.folder + "/" + outcome.lines[0]).size == Size(height: 480, width: 640))
  }

  @Test func manyMasksGoIntoAFolder() throws {
    let sandbox = try Sandbox()
    try sandbox.makeFolder("out")
    try sandbox.copy(Sandbox.demo, to: "a.jpg")
    try sandbox.copy(Sandbox.picture("lossy.webp"), to: "b.webp")
    let outcome = try sandbox.expectSuccess(["run", "a.jpg", "b.webp", "-o", "out/"] + quick)
    #expect(sandbox.files == ["a.jpg", "b.webp", "out", "out/a.mask.png", "out/b.mask.png"])
    #expect(outcome.lines.count == 2)
  }

  @Test func streamsArePictures() throws {
    let sandbox = try Sandbox()
    let bytes = try Sandbox.bytes(Sandbox.demo)
    try sandbox.expectSuccess(["run", Sandbox.demo, "-o", "file.png"] + quick)
    let piped = try sandbox.expectSuccess(["run", "-", "-o", "-"] + quick, input: bytes)
    #expect(try piped.output == Sandbox.bytes(sandbox.folder + "/file.png"))
    #expect(piped.errors.isEmpty)
    #expect(try sandbox.expectSuccess(["run", Sandbox.demo, "-o", "-"] + quick).output == piped.output)
    let named = try sandbox.expectSuccess(["run", "-", "-o", "out.png"] + quick, input: bytes)
    #expect(try named.text == "out.png\n" && Sandbox.bytes(sandbox.folder + "/out.png") == piped.output)
    try sandbox.expectSuccess(["run", "-", "-o", "."] + quick, input: bytes)
    #expect(sandbox.files == ["file.png", "out.png", "stdin.mask.png"])
    let shell = try sandbox.shell("cat '\(Sandbox.demo)' | \"$U2CL\" run - -o - --quiet --size 32 | head -c 8")
    #expect(shell.code == 0 && shell.output == Array(piped.output.prefix(8)) && shell.errors.isEmpty)
  }

  @Test func everyMapIsWritten() throws {
    let sandbox = try Sandbox()
    let outcome = try sandbox.expectSuccess(["run", Sandbox.demo, "-o", "out.png", "--side-maps", "maps"] + quick)
    let maps = (0...6).map { "maps/demo.d\($0).png" }
    #expect(outcome.lines == maps + ["out.png"])
    #expect(sandbox.files == Set(maps + ["maps", "out.png"]))
    #expect(try Sandbox.bytes(sandbox.folder + "/out.png") == Sandbox.bytes(sandbox.folder + "/maps/demo.d0.png"))
  }

  /// Outputs that are called like paths, or the same, stay in the folder and apart.
  @Test func mapsOfAnyNameStayInTheirFolder() throws {
    let sandbox = try Sandbox()
    try sandbox.write(TinyONNX.bytes(outputs: ["../../out", "/Sigmoid.1", "/sigmoid 1"]), to: "paths.onnx")
    try sandbox.write(TinyONNX.bytes(outputs: ["mask", "b"]), to: "mask.onnx")
    let before = sandbox.files
    let run = ["run", Sandbox.demo, "-o", "demo.mask.png", "--quiet"]
    try sandbox.expectSuccess(run + ["--model", "paths.onnx", "--side-maps", "maps"])
    let maps = ["0-______out", "1-_Sigmoid_1", "2-_sigmoid_1"].map { "maps/demo.\($0).png" }
    #expect(sandbox.files == before.union(maps + ["maps", "demo.mask.png"]))
    try sandbox.expectFailure(2, run + ["--model", "mask.onnx", "--side-maps", "."], says: "map mask would overwrite")
  }

  @Test func aReportIsWritten() throws {
    let sandbox = try Sandbox()
    let outcome = try sandbox.expectSuccess(
      ["run", Sandbox.picture("animated.webp"), "-o", "out.png", "--json", "--side-maps", "maps"] + quick)
    let report = try JSON(outcome.output)
    #expect(
      report.keys == ["schema", "version", "model", "device", "pictures", "failures", "skipped", "notTaken", "timings"])
    #expect(report["version"]?.text == u2clVersion)
    let picture = try #require(report["pictures"]?.list.first)
    #expect(
      picture.keys == ["input", "width", "height", "output", "file", "sideMaps", "confidence", "notes", "seconds"])
    #expect(
      picture["output"]?.text == "mask" && picture["file"]?.text == "out.png" && picture["sideMaps"]?.list.count == 7)
    #expect(picture["notes"]?.list.first?.text?.contains("only the first is used") == true)
    #expect((picture["seconds"]?.number ?? 0) > 0)
    #expect(outcome.errors.isEmpty)
  }

  @Test func onlyQuietIsQuiet() throws {
    let sandbox = try Sandbox()
    let run = ["run", Sandbox.demo, "-o", "out.png", "--size", "32", "--device", "reference"]
    let errors = try sandbox.expectSuccess(run).errors.split(separator: "\n")
    #expect(errors.count == 2 && errors.allSatisfy { $0.hasPrefix("u2cl: ") }, "\(errors)")
    #expect(errors.first == "u2cl: u2cl-default at 32×32 on the CPU reference")
    #expect(try sandbox.expectSuccess(run + ["-q"]).errors.isEmpty)
  }

  @Test func aPictureIsNeverOverwritten() throws {
    let sandbox = try Sandbox()
    try sandbox.makeFolder("folder")
    try sandbox.copy(Sandbox.picture("rgb-8.png"), to: "in.png")
    try sandbox.copy(Sandbox.picture("rgb-8.png"), to: "in.d0.png")
    try sandbox.copy(Sandbox.picture("rgb-8.png"), to: "in.d3.png")
    try sandbox.link("link.png", to: "in.png")
    try sandbox.link("here", to: ".")
    let bytes = try Sandbox.bytes(Sandbox.picture("rgb-8.png"))
    for output in ["in.png", "./in.png", "link.png", "here/in.png", "folder/../in.png"] {
      try sandbox.expectFailure(2, ["run", "in.png", "-o", output], says: "would be overwritten")
      try sandbox.expectFailure(2, ["run", "link.png", "-o", output], says: "would be overwritten")
    }
    // One of two is refused, and the other done.
    for (name, says) in [("in.d0.png", "would be overwritten"), ("in.d3.png", "map d3 would overwrite")] {
      let outcome = try sandbox.run(["run", "in.png", name, "-o", "folder", "--side-maps", "here"] + quick)
      #expect(outcome.code == 5 && outcome.errors.contains(says), "\(outcome.errors)")
      #expect(outcome.lines.last == "folder/\(name.dropLast(4)).mask.png" && outcome.lines.count == 8)
    }
    for name in ["in.png", "in.d0.png", "in.d3.png"] {
      #expect(try Sandbox.bytes(sandbox.folder + "/" + name) == bytes, "\(name)")
    }
  }

  @Test func twoMasksNeedTwoFiles() throws {
    let sandbox = try Sandbox()
    for folder in ["a", "b", "out"] { try sandbox.makeFolder(folder) }
    try sandbox.link("c", to: "a")
    for path in ["a/in.jpg", "b/in.jpg", "a/in.webp"] { try sandbox.copy(Sandbox.demo, to: path) }
    for (arguments, result) in [
      (["a/in.jpg", "b/in.jpg", "-o", "out"], "out/in.mask.png"), (["a/in.jpg", "a/in.webp"], "a/in.mask.png"),
      (["a/in.jpg", "c/in.webp"], "c/in.mask.png"),
      (["a/in.jpg", "b/in.jpg", "--side-maps", "maps"], "maps/in.d0.png"),
    ] {
      let outcome = try sandbox.run(["run"] + arguments + quick)
      #expect(outcome.code == 5 && outcome.errors.contains("its result \(result) is that of a/in.jpg already"))
    }
    try sandbox.expectFailure(
      2, ["run", "a/in.jpg", "b/in.jpg", "-o", "a/in.jpg"], says: "name a folder for what is made of many pictures")
  }

  @Test func aFolderThatIsNotThereIsTold() throws {
    let sandbox = try Sandbox()
    try sandbox.copy(Sandbox.demo, to: "in.jpg")
    try sandbox.expectFailure(5, ["run", "in.jpg", "-o", "no/out.png"], says: "there is no folder no; make it first")
    try sandbox.expectFailure(5, ["run", "in.jpg", "-o", "in.jpg/out.png"], says: "there is no folder in.jpg")
    try sandbox.expectFailure(5, ["run", "in.jpg", "-o", "no/"], says: "there is no folder no/")
    try sandbox.expectFailure(5, ["run", "in.jpg", Sandbox.demo, "-o", "no"], says: "there is no folder no")
    try sandbox.expectFailure(5, ["run", "in.jpg", "--side-maps", "no/maps"], says: "there is no folder no")
    try sandbox.expectFailure(5, ["run", "in.jpg", "--side-maps", "in.jpg"] + quick, says: "cannot be written")
  }

  /// A full disk: /dev/full takes no byte. What was written before is removed, and the folder that was made for it.
  @Test func nothingIsLeftBehind() throws {
    let sandbox = try Sandbox()
    try sandbox.link("full.png", to: "/dev/full")
    let run = ["run", Sandbox.demo, "-o", "full.png"] + quick
    try sandbox.expectFailure(5, run, says: "'full.png': cannot be written (No space left on device)")
    try sandbox.expectFailure(5, run + ["--side-maps", "maps"], says: "'full.png': cannot be written")
    try sandbox.makeFolder("maps")
    try sandbox.expectFailure(5, run + ["--side-maps", "maps"], says: "'full.png': cannot be written")
  }

  @Test(arguments: ["run '\(Sandbox.demo)' -o - --quiet --size 32", "devices", "devices --json"])
  func aFullStreamIsTold(arguments: String) throws {
    let outcome = try Sandbox().shell("\"$U2CL\" \(arguments) > /dev/full")
    #expect(outcome.code == 5)
    #expect(outcome.errors.hasPrefix("u2cl: standard output cannot be written (No space left on device)"))
  }

  /// The mask's folder is removed while the command waits for its picture.
  @Test func aFolderThatGoesAwayIsTold() throws {
    let sandbox = try Sandbox()
    let script = """
      mkdir out; mkfifo in
      "$U2CL" run in -o out/mask.png --quiet --size 32 & pid=$!
      exec 3>in; rmdir out; cat '\(Sandbox.demo)' >&3; exec 3>&-
      wait $pid
      """
    let outcome = try sandbox.shell(script)
    #expect(outcome.code == 5 && outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("u2cl: 'out/mask.png': cannot be written (No such file or directory)"))
    #expect(sandbox.files == ["in"])
  }

  /// Whoever reads stops reading: the command ends without a word.
  @Test func aClosedPipeIsQuiet() throws {
    let outcome = try Sandbox().shell(#"for i in 1 2 3; do "$U2CL" devices --json | head -c 0; done"#)
    #expect(outcome.code == 0 && outcome.errors.isEmpty && outcome.output.isEmpty, "\(outcome.errors)")
  }

  /// Kernels and weights are inside: the binary alone, elsewhere, does the same.
  @Test func theBinaryCanBeMoved() throws {
    let sandbox = try Sandbox()
    try sandbox.install(Sandbox.command, as: "moved")
    let here = try sandbox.expectSuccess(["run", Sandbox.demo, "-o", "-", "--size", "64"])
    let there = try sandbox.launch(
      sandbox.folder + "/moved", ["run", Sandbox.demo, "-o", "-", "--size", "64"], environment: [:], input: [])
    #expect(there.code == 0 && there.output == here.output && there.errors.contains("u2cl-default at 64×64"))
  }
}
