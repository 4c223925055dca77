import Caches
import Files
import Foundation
import TestSupport
import Testing
import Downloads
import Models

private typealias Reply = HTTPServer.Reply

/// A store in a temporary folder, with a table of published models that a test server has.
private struct StoreCase {
  let folder: TemporaryFolder
  let file: [UInt8]
  let checksum: Checksum

  init() throws {
    folder = try TemporaryFolder()
    file = (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* $0) }
    checksum = try #require(Checksum(.sha256, SHA256.digest(of: file).hexadecimal))
  }

  /// `sample` can be fetched, `other` has only an MD5 that nothing has, `bare` has no checksum at all.
  func store(_ server: HTTPServer? = nil, mirror: String? = nil) -> ModelStore {
    let address = server?.address ?? "http://127.0.0.1:1"
    return ModelStore(
      folder: folder.path + "/own", otherFolders: [folder.path + "/rembg"], mirror: mirror,
      published: [
        PublishedModel(
          name: "sample", purpose: "tests",
          files: [
            PublishedFile(
              name: "sample.onnx", address: "\(address)/sample.onnx", byteCount: file.count, checksum: checksum),
            PublishedFile(name: "sample.pth", page: "a page", checksum: Checksum(.md5, digits("0"))),
          ]),
        PublishedModel(
          name: "other", purpose: "tests",
          files: [
            PublishedFile(
              name: "other.onnx", address: "\(address)/other.onnx", byteCount: nil,
              checksum: Checksum(.md5, digits("f")))
          ]),
        PublishedModel(
          name: "bare", purpose: "tests", files: [PublishedFile(name: "bare.pth", page: "a page", checksum: nil)]),
      ])
  }

  func server() throws -> HTTPServer { try HTTPServer { [file] in Reply(file, tag: "\"1\"", to: $0) } }

  private func digits(_ digit: String) -> String { String(repeating: digit, count: 32) }
}

@Suite struct PullTests {
  @Test func aModelIsInstalled() throws {
    let test = try StoreCase()
    let server = try test.server()
    let store = test.store(server)
    #expect(store.canPull("sample") && store.find("sample") == nil)
    let pulled = try store.pull("sample")
    #expect(pulled.path == test.folder.path + "/own/sample.onnx" && !pulled.wasInstalled && pulled.byteCount == 5000)
    #expect(test.folder.files == ["own", "own/sample.onnx"] && test.folder.bytes("own/sample.onnx") == test.file)
    #expect(try store.locate("sample") == pulled.path && !store.canPull("sample"))
    let again = try store.pull("sample")
    #expect(again.wasInstalled && again.path == pulled.path && server.requests.count == 1)
  }

  @Test func theMirrorIsAsked() throws {
    let test = try StoreCase()
    let server = try test.server()
    for mirror in ["\(server.address)/models", "\(server.address)/models/"] {
      try test.store(mirror: mirror).pull("sample")
      #expect(server.requests.last?.target == "/models/sample.onnx")
      _ = try test.store().remove("sample")
    }
    try test.folder.write(test.file, to: "mirror/sample.onnx")
    try test.store(mirror: test.folder.path + "/mirror").pull("sample")
    #expect(test.folder.bytes("own/sample.onnx") == test.file && server.requests.count == 2)
  }

  /// What rembg has fetched need not be fetched again; what it has of another kind does not count.
  @Test func rembgsFileServes() throws {
    let test = try StoreCase()
    let server = try test.server()
    try test.folder.write(test.file, to: "rembg/sample.onnx")
    #expect(try test.store(server).pull("sample").path == test.folder.path + "/rembg/sample.onnx")
    try test.folder.write([1], to: "rembg/sample.onnx")
    #expect(server.requests.isEmpty && !test.store(server).canPull("sample"))
    #expect(try test.store(server).pull("sample").path == test.folder.path + "/own/sample.onnx")
    #expect(test.folder.bytes("rembg/sample.onnx") == [1])
  }

  @Test func aFileOfTheUsersIsLeftAlone() throws {
    let test = try StoreCase()
    let server = try test.server()
    try test.folder.write([1, 2], to: "own/sample.onnx")
    expectFailure(.verification, "own/sample.onnx is there", remedy: .replaceFile) {
      try test.store(server).pull("sample")
    }
    #expect(test.folder.bytes("own/sample.onnx") == [1, 2] && server.requests.isEmpty)
    try test.store(server).pull("sample", replacing: true)
    #expect(test.folder.bytes("own/sample.onnx") == test.file)
  }

  @Test func aMismatchIsAVerificationFailure() throws {
    let test = try StoreCase()
    let server = try test.server()
    expectFailure(.verification, "md5", "is not the published file's ffffffff") { try test.store(server).pull("other") }
    #expect(test.folder.files.subtracting(["own"]).isEmpty)
  }

  /// Nothing that could not be verified is installed.
  @Test func whatHasNoChecksumIsAskedFor() throws {
    let test = try StoreCase()
    try test.folder.write(test.file, to: "bare.pth")
    let path = test.folder.path + "/bare.pth"
    expectFailure(.usage, "nobody publishes a checksum of bare", "a page", remedy: .pullInspectedFile(name: "bare")) {
      try test.store().pull("bare")
    }
    expectFailure(.usage, "nobody publishes a checksum") { try test.store().pull("bare", from: path) }
    expectFailure(.usage, "has no direct link", "a page", remedy: .pullFromFile(name: "bare")) {
      try test.store().pull("bare", sha256: test.checksum.digits)
    }
    expectFailure(.usage, "is not a SHA-256") { try test.store().pull("bare", from: path, sha256: "abc") }
    #expect(test.folder.files == ["bare.pth"])
    try test.store().pull("bare", from: path, sha256: test.checksum.digits)
    #expect(test.folder.bytes("own/bare.pth") == test.file)
  }

  /// A checksum that is given does not take the place of the published one.
  @Test func bothChecksumsCount() throws {
    let test = try StoreCase()
    let server = try test.server()
    expectFailure(.verification, "md5") { try test.store(server).pull("other", sha256: test.checksum.digits) }
    let zeros = String(repeating: "0", count: 64)
    expectFailure(.verification, "sha256") { try test.store(server).pull("sample", sha256: zeros) }
    #expect(test.folder.files.subtracting(["own"]).isEmpty)
  }

  /// The authors' format has a checksum of its own.
  @Test func theSourcesFormatCounts() throws {
    let test = try StoreCase()
    try test.folder.write(test.file, to: "in/download (1).pth")
    expectFailure(.verification, "md5", "0000") {
      try test.store().pull("sample", from: test.folder.path + "/in/download (1).pth")
    }
  }

  @Test func otherModelsAreInstalled() throws {
    let test = try StoreCase()
    let server = try test.server()
    let (address, digits) = ("\(server.address)/weights.safetensors?raw=true#x", test.checksum.digits)
    try test.store().pull("mine", from: address, sha256: digits)
    #expect(test.folder.files == ["own", "own/mine.safetensors"])
    expectFailure(.model, "not a published model (sample, other, bare)", remedy: .nameSourceAndChecksum) {
      try test.store().pull("mine")
    }
    expectFailure(.usage, "does not end in .safetensors") {
      try test.store().pull("mine", from: server.address + "/x.zip", sha256: digits)
    }
    for name in ["", ".hidden", "a/b", "../x", "a b", "a\nb"] {
      expectFailure(.usage, "cannot be the name of a model") {
        try test.store().pull(name, from: address, sha256: digits)
      }
    }
    expectFailure(.usage, "is part of u2cl") { try test.store().pull("u2cl-default") }
  }

  /// Where a file is in the way of the folder, as where a disk is read-only.
  @Test func aFolderThatCannotBeMadeIsTold() throws {
    let test = try StoreCase()
    try test.folder.write([], to: "own")
    expectFailure(.file, test.folder.path + "/own: models cannot be kept there", "U2CL_MODELS") {
      try test.store().pull("sample")
    }
  }
}

@Suite struct StoreContentsTests {
  @Test func everythingIsListed() throws {
    let test = try StoreCase()
    try test.folder.write(test.file, to: "rembg/sample.onnx")
    try test.folder.write([1], to: "own/mine.safetensors")
    try test.folder.write([1, 2, 3], to: "own/.other.onnx.ffffffffffff.part")
    try test.folder.write([], to: "own/notes.txt")
    let models = test.store().models()
    #expect(models.map(\.name) == ["u2cl-default", "sample", "other", "bare", "mine"])
    #expect(models.map(\.state) == [.builtIn, .installed, .absent, .absent, .installed])
    #expect(models.map(\.leftover) == [0, 0, 3, 0, 0])
    #expect(models[1].path == test.folder.path + "/rembg/sample.onnx" && models[1].byteCount == 5000)
    #expect(models[4].path == test.folder.path + "/own/mine.safetensors" && models[4].licence == nil)
  }

  @Test func everythingIsVerified() throws {
    let test = try StoreCase()
    try test.folder.write(test.file, to: "own/sample.onnx")
    try test.folder.write([1], to: "rembg/sample.onnx")
    try test.folder.write(test.file, to: "rembg/other.onnx")
    try test.folder.write([1], to: "own/bare.pth")
    try test.folder.write([1], to: "own/sample.safetensors")
    let checked = try test.store().verify()
    #expect(
      checked.map { $0.path.dropFirst(test.folder.path.count + 1) } == [
        "own/bare.pth", "own/sample.onnx", "own/sample.safetensors", "rembg/other.onnx", "rembg/sample.onnx",
      ])
    #expect(checked.map(\.verdict) == [.unknown, .verified, .unknown, .differs, .differs])
    #expect(try test.store().verify(["bare"]).count == 1)
    expectFailure(.model, "'nonsense' is not installed") { _ = try test.store().verify(["sample", "nonsense"]) }
  }

  @Test func onlyOurOwnIsRemoved() throws {
    let test = try StoreCase()
    try test.folder.write([1], to: "own/sample.onnx")
    try test.folder.write([1], to: "own/sample.pth")
    try test.folder.write([1], to: "own/sample.onnx.bak")
    try test.folder.write([1], to: "own/.sample.onnx.0123456789ab.part")
    try test.folder.write([1], to: "own/.sample.onnx.0123456789ab.part.validator")
    try test.folder.write([1], to: "rembg/other.onnx")
    #expect(try test.store().remove("sample").count == 4)
    #expect(test.folder.files == ["own", "own/sample.onnx.bak", "rembg", "rembg/other.onnx"])
    expectFailure(.model, "rembg/other.onnx lies in another") { _ = try test.store().remove("other") }
    expectFailure(.model, "'sample' is not installed") { _ = try test.store().remove("sample") }
    expectFailure(.model, "is not installed") { _ = try test.store().remove("../rembg/other") }
    expectFailure(.usage, "is part of u2cl") { _ = try test.store().remove("u2cl-default") }
    #expect(test.folder.files.contains("rembg/other.onnx"))
  }

  @Test func theEnvironmentSaysWhere() {
    func folders(_ environment: [String: String]) -> [String] { ModelStore(environment: environment).folders }
    #expect(folders(["HOME": "/h"]) == ["/h/.local/share/u2cl/models", "/h/.u2net"])
    #expect(folders(["HOME": "/h", "XDG_DATA_HOME": "/d"]) == ["/d/u2cl/models", "/d/.u2net"])
    #expect(folders(["HOME": "/h", "XDG_DATA_HOME": "d"]) == ["/h/.local/share/u2cl/models", "/h/.u2net"])
    #expect(folders(["HOME": "/h", "U2CL_MODELS": "/m", "U2NET_HOME": "/u"]) == ["/m", "/u"])
    #expect(folders(["HOME": "/h", "U2CL_MODELS": "", "U2NET_HOME": ""]) == folders(["HOME": "/h"]))
    #expect(ModelStore(environment: ["U2CL_MIRROR": "/m"]).mirror == "/m")
    #expect(ModelStore(environment: ["U2CL_MIRROR": ""]).mirror == nil)
  }

  /// The table: every model has a licence, every file that can be fetched has a size and a checksum, over HTTPS.
  @Test func theTableIsWhole() {
    #expect(Set(PublishedModel.all.map(\.name)).count == PublishedModel.all.count)
    for model in PublishedModel.all {
      #expect(!model.files.isEmpty && !model.licence.isEmpty && !model.purpose.isEmpty, "\(model.name)")
      for file in model.files {
        #expect(file.name.hasPrefix(model.name + ".") && file.page.hasPrefix("https://"), "\(file.name)")
        guard let address = file.address else { continue }
        #expect(address.hasPrefix("https://") && address.hasSuffix("/\(file.name)"), "\(address)")
        #expect(file.byteCount != nil && file.checksum != nil, "\(file.name)")
      }
    }
    let withoutChecksum = PublishedModel.all.flatMap(\.files).filter { $0.checksum == nil }.map(\.name)
    #expect(withoutChecksum == ["u2net_portrait.pth"])
  }

  @Test(arguments: [
    (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (188_723, "184.3 KiB"), (4_574_861, "4.4 MiB"),
    (175_997_641, "167.8 MiB"),
  ]) func sizesAreRead(bytes: Int, text: String) { #expect(bytes.formattedSize == text) }
}

/// Expects a failure of a kind whose description contains all of `says`.
private func expectFailure(
  _ kind: Failure.Kind, _ says: String..., remedy: Failure.Remedy? = nil,
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
  let failure = #expect(throws: Failure.self, sourceLocation: sourceLocation) { try body() }
  #expect(failure?.kind == kind, "\(failure as Any)", sourceLocation: sourceLocation)
  if let remedy { #expect(failure?.remedy == remedy, sourceLocation: sourceLocation) }
  for part in says {
    #expect(
      failure?.description.contains(part) == true, "'\(part)' in \(failure as Any)", sourceLocation: sourceLocation)
  }
}
