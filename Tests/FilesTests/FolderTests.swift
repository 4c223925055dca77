import Files
import LibC
import TestSupport
import Testing

@Suite struct FolderTests {
  /// At any depth, also below names that are not UTF-8; links are not followed.
  @Test func everything() throws {
    let folder = try TemporaryFolder()
    let root = FilePath(folder.path)
    let latin1 = FilePath(bytes: [0xE9])
    try Folder.make(root.appending(latin1).appending("deep"))
    try WholeFile.save(to: root.appending(latin1).appending("deep/a")) { _ in }
    try WholeFile.save(to: root.appending("b")) { _ in }
    try #require(root.appending("round").withCString { symlink(".", $0) } == 0)
    let expected = ["b", latin1, latin1.appending("deep"), latin1.appending("deep/a"), "round"]
    #expect(Folder.everything(in: root).sorted() == expected.sorted())
    #expect(Folder.everything(in: root.appending("missing")).isEmpty)
  }

  /// A usual folder lets code run, and nothing is left in it; one that takes no files is an error.
  @Test func codeRunsFromAUsualFolder() throws {
    let folder = try TemporaryFolder()
    #expect(try Folder.runsCode(FilePath(folder.path), name: "probe"))
    #expect(try Folder.names(in: FilePath(folder.path)).isEmpty)
    #expect(throws: SystemError.self) { try Folder.runsCode("/proc/self", name: "probe") }
  }
}
