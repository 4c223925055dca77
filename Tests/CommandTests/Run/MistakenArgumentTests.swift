import Testing

/// Arguments that are no pictures, where it is plain what was meant.
@Suite struct MistakenArgumentTests {
  private let quick = ["-q", "--model", Sandbox.tinyModel, "--size", "32", "--device", "reference"]

  private func sandbox() throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.makeFolder("folder")
    for name in ["a.jpg", "-dash.jpg", "-q.2026", "a b.jpg"] {
      try sandbox.copy(Sandbox.picture("rgb-8.png"), to: name)
    }
    try sandbox.write(Array("\0\0\0\u{20}ftypisom\0\0\0\0isomiso2avc1mp41".utf8), to: "clip.bin")
    try sandbox.write(Array("what ffmpeg could not finish".utf8), to: "clip.MOV")
    return sandbox
  }

  @Test(arguments: [
    (["https://example.org/a.jpg"], "is an address and not a file; download it first (curl -LO)"),
    (["https://example.org/a.jpg?size=[1]*"], "is an address and not a file"), (["s3://bucket/a.jpg"], "is an address"),
    (["file:///no/a%20b.jpg"], "is an address; write the path: /no/a b.jpg"),
    (["file://localhost/no/a.jpg"], "write the path: /no/a.jpg"), (["data:image/png;base64,AAAA"], "is a data URI"),
    (["~/a.jpg"], #"write "$HOME/a.jpg""#), (["~/*.jpg"], "the shell did not expand"),
    (["~me/a.jpg"], "did not expand"),
    (["$HOME/a.jpg"], "holds a variable"), (["%USERPROFILE%\\a.jpg"], "holds a variable"),
    (["C:\\Photos\\a.jpg"], "in WSL write /mnt/c/Photos/a.jpg"), (["clip.bin"], "is a video (MP4); 'u2cl video' masks"),
    (["clip.MOV"], "is a video (MOV); 'u2cl video' masks videos, and 'u2cl stream' raw frames"),
    (["--", "-o"], "is no file; options stand before --"), (["missing/*.jpg"], "as there is no folder missing"),
    (["*.JPG"], "but -dash.jpg is there: upper and lower case are told apart"),
    (["--files-from", "folder"], "is a folder and not a list"),
    (["--files-from", "a.jpg"], "is a picture (PNG) and not a list"), (["\"a.jpg\""], "is in quotation marks"),
    (["a.jpg", "--output", "composite", "--over", "folder"], "'folder': is a folder; name a picture"),
  ])
  func whatIsNoPictureIsExplained(arguments: [String], says: String) throws {
    let options = arguments.first == "--" ? quick + arguments : arguments + quick
    try sandbox().expectFailure(5, ["run"] + options, says: says)
  }

  @Test(arguments: [
    (["run", "-dash.jpg"], "-dash.jpg begins with - and is read as options; write ./-dash.jpg"),
    (["run", "-q.2026"], "write ./-q.2026"), (["run", "--new.png"], "write ./--new.png"),
    (["run", "a.jpg", "-o", "-mask.png"], "write ./-mask.png"), (["-dash.jpg"], "write ./-dash.jpg"),
    (["a.jpg"], "a.jpg is no command; to mask pictures, write 'u2cl run' before their names"),
    (["folder"], "folder is no command"),
    (["stream", "clip.MOV"], "write 'u2cl video clip.MOV RESULT'"), (["https://example.org/a.jpg"], "is no command"),
  ])
  func whatIsNoOptionIsExplained(arguments: [String], says: String) throws {
    try sandbox().expectFailure(2, arguments, says: says)
  }

  /// Written as advised, and options with values that look alike.
  @Test func theAdviceWorks() throws {
    let sandbox = try sandbox()
    #expect(try sandbox.expectSuccess(["run", "./-dash.jpg"] + quick).lines == ["./-dash.mask.png"])
    #expect(try sandbox.expectSuccess(["run"] + quick + ["--", "-dash.jpg"]).lines == ["-dash.mask.png"])
    #expect(try sandbox.expectSuccess(["run", "a.jpg", "--to=m.png"] + quick).lines == ["m.png"])
  }

  /// A picture and the name of its result, as other programs take them.
  @Test func aResultNeedsAnOption() throws {
    let sandbox = try sandbox()
    let outcome = try sandbox.run(["run", "a.jpg", "out.png"] + quick)
    #expect(outcome.code == 5 && outcome.lines == ["a.mask.png"])
    #expect(outcome.errors == "u2cl: 'out.png': there is no such file; to name the result, write -o out.png\n")
  }

  @Test func listsAreExplained() throws {
    let sandbox = try sandbox()
    let wide = Array("a.jpg\r\na b.jpg\r\n".utf16).flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    try sandbox.write([0xFF, 0xFE] + wide, to: "wide.txt")
    try sandbox.write([0xEF, 0xBB, 0xBF] + Array("a.jpg\n".utf8), to: "marked.txt")
    try sandbox.write(wide, to: "unmarked.txt")
    try sandbox.write(Array("a.jpg\0a b.jpg\0".utf8), to: "zeros")
    try sandbox.write(Array("folder\nfile:///x.jpg\na.jpg\n".utf8), to: "mixed")
    #expect(try sandbox.expectSuccess(["run", "--files-from", "wide.txt"] + quick).lines.count == 2)
    #expect(try sandbox.expectSuccess(["run", "--files-from", "marked.txt"] + quick).lines == ["a.mask.png"])
    try sandbox.expectFailure(
      5, ["run", "--files-from", "unmarked.txt"], says: "the list unmarked.txt seems to be in UTF-16 without")
    try sandbox.expectFailure(5, ["run", "--files-from", "zeros"], says: "holds zero bytes", "; add -0")
    let mixed = try sandbox.run(["run", "--files-from", "mixed"] + quick)
    #expect(mixed.code == 5 && mixed.lines == ["a.mask.png"])
    #expect(mixed.errors.contains("'folder': is a folder; lists name files"))
    #expect(mixed.errors.contains("'file:///x.jpg': is an address; write the path: /x.jpg"))
  }
}
