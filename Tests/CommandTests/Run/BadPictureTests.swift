import Testing
import U2Net

/// What is wrong, what must be said of it, and the file.
struct BadPicture: CustomTestStringConvertible, Sendable {
  let name: String
  let says: String
  let bytes: @Sendable () throws -> [UInt8]
  var testDescription: String { name }

  init(_ name: String, _ says: String, _ bytes: @escaping @Sendable () throws -> [UInt8]) {
    self.name = name
    self.says = says
    self.bytes = bytes
  }
}

/// Pictures that cannot be read: exit code 5, one line, nothing written.
@Suite struct BadPictureTests {
  static let rows: [BadPicture] = [
    BadPicture("empty.png", "the file is empty") { [] },
    BadPicture("cut.png", "the PNG file ends before the picture does") { try half(Sandbox.picture("rgb-8.png")) },
    BadPicture("cut.jpg", "the JPEG file ends before the picture does") { try half(Sandbox.demo) },
    BadPicture("cut.webp", "the WebP file ends before the picture does") { try half(Sandbox.picture("lossy.webp")) },
    BadPicture("signature.png", "the PNG file ends") {
      Array(try Sandbox.bytes(Sandbox.picture("rgb-8.png")).prefix(8))
    },
    BadPicture("text.png", "is not a picture of a known format (PNG, JPEG") {
      Array("a text, whatever its name says\n".utf8)
    },
    BadPicture("paper.png", "is a file of the format PDF") { Array("%PDF-1.7 and more".utf8) },
    BadPicture("huge.png", "claims 60000×60000 pixels") {
      try Sandbox.bytes(Sandbox.picture("claims-60000x60000.png"))
    },
    BadPicture("huge.webp", "claims 16383×16383 pixels") {
      try Sandbox.bytes(Sandbox.picture("claims-16383x16383.webp"))
    },
    BadPicture("line\nbreak.png", #"'line\nbreak.png'"#) { [] },
  ]

  @Test(arguments: rows) func aBadPictureIsTold(row: BadPicture) throws {
    let sandbox = try Sandbox()
    try sandbox.write(row.bytes(), to: row.name)
    try sandbox.expectFailure(5, ["run", row.name], says: row.says)
    let before = sandbox.files
    let outcome = try sandbox.run(["run", row.name, "--json", "--side-maps", "maps"])
    #expect(outcome.code == 5 && outcome.errors.contains(row.says) && sandbox.files == before, "\(outcome.errors)")
    let report = try JSON(outcome.output)
    #expect(report["pictures"]?.list.isEmpty == true && report["failures"]?.list.count == 1)
    try sandbox.expectFailure(5, ["compare", row.name], says: row.says)
  }

  @Test(arguments: rows.filter { $0.name != "empty.png" }) func soItIsOnStandardInput(row: BadPicture) throws {
    let says = row.name.hasPrefix("line") ? "the file is empty" : row.says
    try Sandbox().expectFailure(5, ["run", "-", "-o", "-"], says: "'standard input'", says, input: row.bytes())
  }

  @Test func aMissingPictureIsTold() throws {
    let sandbox = try Sandbox()
    try sandbox.makeFolder("folder.jpg")
    try sandbox.expectFailure(5, ["run", "missing.jpg"], says: "'missing.jpg': there is no such file")
    try sandbox.expectFailure(5, ["run", "no/missing.jpg"], says: "there is no such file")
    try sandbox.expectFailure(5, ["run", "folder.jpg"], says: "there is no picture in the folder folder.jpg")
    try sandbox.expectFailure(5, ["run", "folder.jpg/in.jpg"], says: "there is no such file")
  }

  /// Nothing is compiled for pictures that are not there: neither a model nor a device is looked at.
  @Test func thePictureComesBeforeTheModel() throws {
    let sandbox = try Sandbox()
    try sandbox.expectFailure(
      5, ["run", "missing.jpg", "--model", "missing.onnx", "--device", "missing"], says: "'missing.jpg'")
  }

  @Test(arguments: [("1x1.png", Size(height: 1, width: 1)), ("1x4000.png", Size(height: 4000, width: 1))])
  func aSlightPictureHasAMask(file: String, size: Size) throws {
    let sandbox = try Sandbox()
    try sandbox.copy(Sandbox.picture(file), to: "in.png")
    let options = ["", "--device reference --size 64", "--size 1", "--resample lanczos --size 33"]
    for extra in options.map({ $0.split(separator: " ").map(String.init) }) {
      try sandbox.expectSuccess(["run", "in.png", "-o", "out.png"] + extra)
      #expect(try Picture(contentsOf: sandbox.folder + "/out.png").size == size, "\(file) \(extra)")
    }
  }

  /// The others are done; the exit code is that of the failure.
  @Test func oneBadPictureOfSeveral() throws {
    let sandbox = try Sandbox()
    try sandbox.copy(Sandbox.demo, to: "a.jpg")
    try sandbox.write(half(Sandbox.demo), to: "b.jpg")
    try sandbox.copy(Sandbox.picture("rgb-8.png"), to: "c.png")
    let many = ["run", "a.jpg", "b.jpg", "c.png", "d.jpg", "--size", "32"]
    let plain = try sandbox.run(many + ["--quiet"])
    #expect(plain.code == 5)
    #expect(plain.lines == ["a.mask.png", "c.mask.png"])
    #expect(plain.errors.split(separator: "\n").count == 2, "\(plain.errors)")
    #expect(sandbox.files == ["a.jpg", "b.jpg", "c.png", "a.mask.png", "c.mask.png"])
    let json = try sandbox.run(many + ["--json"])
    #expect(json.code == 5)
    let report = try JSON(json.output)
    #expect(report["pictures"]?.list.map { $0["file"]?.text } == ["a.mask.png", "c.mask.png"])
    #expect(report["failures"]?.list.map { $0["input"]?.text } == ["b.jpg", "d.jpg"])
    #expect(report["failures"]?.list.first?["error"]?.text?.contains("ends before") == true)
  }

  /// A program that reads the report is not left without one.
  @Test func aRunWithNothingToDoHasAReport() throws {
    let sandbox = try Sandbox()
    try sandbox.copy(Sandbox.demo, to: "a.jpg")
    try sandbox.write([1], to: "a.mask.png")
    let report = try JSON(sandbox.expectSuccess(["run", "a.jpg", "--skip-existing", "--json", "--quiet"]).output)
    #expect(report["pictures"]?.list.isEmpty == true && report["failures"]?.list.isEmpty == true)
    #expect(report["schema"]?.number == 1 && report["model"] == nil)
  }

  static func half(_ path: String) throws -> [UInt8] {
    let bytes = try Sandbox.bytes(path)
    return Array(bytes.prefix(bytes.count / 2))
  }
  private func half(_ path: String) throws -> [UInt8] { try Self.half(path) }
}
