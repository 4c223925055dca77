import FileSelection
import Files
import TestSupport
import Testing

/// Names that text cannot hold, or cannot tell apart, through every way of selecting files.
@Suite struct PathBytesTests {
  /// In NFC and in NFD, in Latin-1, behind a combining mark, behind a joiner, and with a line break.
  static let names: [FilePath] = [
    "caf\u{E9}.jpg", "cafe\u{301}.jpg", FilePath(bytes: Array("caf".utf8) + [0xE9] + Array(".jpg".utf8)),
    FilePath(bytes: Array("caf".utf8) + [0xE8] + Array(".JPG".utf8)), "\u{301}a.jpg", "\u{200D}a.jpg", "a\nb.jpg",
  ].sorted()

  private let folder: TemporaryFolder
  private var root: FilePath { FilePath(folder.path).appending("p\u{E9}") }

  init() throws {
    folder = try TemporaryFolder()
    let root = FilePath(folder.path).appending("p\u{E9}")
    try Folder.make(root)
    for name in Self.names { try WholeFile.save(to: root.appending(name)) { _ in } }
  }

  private func select(_ name: FilePath, recursive: Bool = false, closed: Set<FilePath> = []) throws -> [SelectedFile] {
    var rules = Selection.Rules(Tree.rule)
    rules.isRecursive = recursive
    rules.closedFolders = closed
    let found = Selection(rules).files(named: name)
    if found.files.isEmpty, let error = found.errors.first { throw error }
    return found.files
  }

  @Test func aFolderGivesEveryFile() throws {
    let files = try select(root)
    #expect(files.map(\.relativePath) == Self.names)
    #expect(files.allSatisfy { $0.path.exists } && Set(files).count == Self.names.count)
  }

  @Test func aPatternGivesEveryFile() throws {
    #expect(try select(root.appending("*.jpg")).map(\.relativePath) == Self.names.filter { $0.hasSuffix(".jpg") })
    #expect(try select(root.appending("**")).map(\.relativePath) == Self.names)
    let prefix = FilePath(bytes: root.appending("caf").bytes + [0xE9] + Array("*".utf8))
    #expect(
      try select(prefix).map(\.relativePath) == [FilePath(bytes: Array("caf".utf8) + [0xE9] + Array(".jpg".utf8))])
  }

  @Test func aListGivesEveryPath() throws {
    let zeros = Array(Self.names.map(\.bytes).joined(separator: [0]))
    #expect(try FileList.paths(in: zeros, isNullSeparated: true, name: "list") == Self.names)
    let oneLine = Self.names.filter { !$0.bytes.contains(10) }
    let lines = Array(oneLine.map(\.bytes).joined(separator: [10]))
    #expect(try FileList.paths(in: lines, isNullSeparated: false, name: "list") == oneLine)
  }

  @Test func aNameIsItself() throws {
    for name in Self.names { #expect(try select(root.appending(name)) == [SelectedFile(root.appending(name))]) }
  }

  /// Two folders whose names differ only in their normal form: one is closed, the other is searched.
  @Test func aClosedFolderClosesNoOther() throws {
    let other = FilePath(folder.path).appending("pe\u{301}")
    try Folder.make(other)
    try WholeFile.save(to: other.appending("b.jpg")) { _ in }
    let closed = try #require(root.real)
    let found = try select(FilePath(folder.path), recursive: true, closed: [closed])
    #expect(found.map(\.relativePath) == ["pe\u{301}/b.jpg"])
  }

  @Test func everyFileIsInOneShard() throws {
    let shards = try (1...3).map { try #require(Shard("\($0)/3")) }
    for file in try select(root) { #expect(shards.count { $0.contains(file) } == 1, "\(file.path)") }
  }

  #if os(Linux)
    @Test func aWatchGivesEveryFile() throws {
      let watch = try FolderWatch(FolderListing(of: root, isRecursive: true, Tree.rule))
      var found: [FilePath?] = []
      for _ in Self.names { found.append(watch.next { _, _ in true }?.relativePath) }
      #expect(found == Self.names)
      // And of files and folders that appear.
      let below = FilePath(bytes: [0xFC])
      try Folder.make(root.appending(below))
      for name in Self.names { try WholeFile.save(to: root.appending(below).appending(name)) { try $0.write([1]) } }
      var seen: Set<FilePath> = []
      while seen.count < Self.names.count, let file = watch.next(waits: { _, _ in true }) {
        if let path = file.relativePath { seen.insert(path) }
      }
      #expect(seen == Set(Self.names.map { below.appending($0) }))
    }
  #endif

  @Test func messagesPrintThem() throws {
    let empty = FilePath(bytes: root.bytes + [0xE9, 0x0A])
    try Folder.make(empty)
    let error = #expect(throws: SelectionError.self) { try select(empty) }
    #expect(error.map { "\($0)".contains(#"/pé\xE9\n"#) } == true, "\(error as Any)")
  }
}
