import Files
import LibC
import TestSupport
import Synchronization
import Testing

/// Files that are read and written whole, and what happens where that fails.
@Suite struct ReadingAndWritingTests {
  private let folder: TemporaryFolder
  private var root: FilePath { FilePath(folder.path) }

  init() throws { folder = try TemporaryFolder() }

  private func names() throws -> [FilePath] { try Folder.names(in: root) }

  @Test func everyNameIsAFileOfItsOwn() throws {
    let names: [FilePath] = [
      FilePathTests.composed, FilePathTests.decomposed, FilePathTests.latin1, "\u{301}a.png", "\u{200D}a.png",
      "a\nb.png",
      " ", "-", "*", "\\", "'\"",
    ]
    for (index, name) in names.enumerated() {
      try WholeFile.save(to: root.appending(name)) { try $0.write([UInt8(index)]) }
    }
    #expect(try self.names() == names.sorted())
    for (index, name) in names.enumerated() {
      #expect(try WholeFile.read(root.appending(name)) == [UInt8(index)], "\(name)")
      #expect(root.appending(name).exists && root.appending(name).byteCount() == 1, "\(name)")
      #expect(root.appending(name).remove(), "\(name)")
    }
    #expect(try self.names().isEmpty)
  }

  /// C would open what stands before the zero byte.
  @Test func aZeroByteNamesNothing() throws {
    try WholeFile.save(to: root.appending("a")) { try $0.write([1]) }
    let path = FilePath(bytes: root.appending("a").bytes + [0, 0x62])
    #expect(!path.exists && !path.remove())
    #expect(throws: SystemError(code: ENOENT)) { try WholeFile.read(path) }
  }

  @Test func shortWritesAndInterruptionsAreTakenUp() throws {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
    var (calls, written) = (0, [UInt8]())
    try bytes.withUnsafeBytes { bytes in
      try FileDescriptor.writeAll(bytes) { rest in
        calls += 1
        if calls % 3 == 0 {
          errno = EINTR
          return -1
        }
        let count = min(rest.count, calls)
        written += rest.prefix(count)
        return count
      }
    }
    #expect(written == bytes)
    #expect(throws: SystemError(code: EIO)) {
      try bytes.withUnsafeBytes { bytes in
        try FileDescriptor.writeAll(bytes) { _ in
          errno = EIO
          return -1
        }
      }
    }
    #expect(throws: SystemError.noSpace) {
      try bytes.withUnsafeBytes { bytes in try FileDescriptor.writeAll(bytes) { _ in 0 } }
    }
  }

  /// A pipe takes and gives less than it is asked for.
  @Test func aPipeIsReadToItsEnd() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    let (reader, writer) = (FileDescriptor(rawValue: ends[0]), FileDescriptor(rawValue: ends[1]))
    let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    #expect(
      startDetachedThread {
        try? writer.write(bytes)
        try? writer.close()
      })
    #expect(try reader.closeAfter { () throws(SystemError) in try reader.readToEnd(limit: 1 << 20) } == bytes)
  }

  @Test func limitsHold() throws {
    let path = root.appending("a")
    try WholeFile.save(to: path) { try $0.write([UInt8](repeating: 7, count: 100)) }
    #expect(try WholeFile.read(path, limit: 99) == nil && WholeFile.read(path, limit: 100)?.count == 100)
    // A device has no size to be judged by.
    #expect(try WholeFile.read("/dev/zero", limit: 1 << 20) == nil)
  }

  @Test func aFullDiskIsTold() {
    #expect(throws: SystemError.noSpace) { try WholeFile.save(to: "/dev/full") { try $0.write([1]) } }
  }

  @Test func foldersAndMissingFoldersAreTold() throws {
    #expect(throws: SystemError.folder) { try WholeFile.save(to: root) { _ in } }
    #expect(throws: SystemError.folder) { try WholeFile.read(root) }
    #expect(throws: SystemError(code: ENOENT)) { try WholeFile.save(to: root.appending("no/a")) { _ in } }
    let file = root.appending("file")
    try WholeFile.save(to: file) { _ in }
    let error = #expect(throws: SystemError.self) { try WholeFile.save(to: file.appending("a")) { _ in } }
    #expect(error?.isMissing == true && error?.code == ENOTDIR)
    #expect(throws: SystemError.notFolder) { try Folder.make(file) }
  }

  @Test(.disabled(if: geteuid() == 0, "root writes where it likes")) func aReadOnlyFolderIsTold() throws {
    try #require(root.withCString { chmod($0, 0o500) } == 0)
    defer { _ = root.withCString { chmod($0, 0o700) } }
    #expect(throws: SystemError(code: EACCES)) { try WholeFile.save(to: root.appending("a")) { try $0.write([1]) } }
    #expect(throws: SystemError(code: EACCES)) {
      try WholeFile.replace(root.appending("a"), through: root.appending("t"), with: [1])
    }
  }

  /// No folder of /proc takes a file, not even root's.
  @Test func aFolderThatTakesNoFileIsTold() {
    #expect(throws: SystemError.self) { try WholeFile.save(to: "/proc/self/u2cl") { try $0.write([1]) } }
    #expect(throws: SystemError.self) { try WholeFile.replace("/proc/self/u2cl", through: "/proc/self/t", with: [1]) }
    #expect(throws: SystemError.self) { try Folder.probe("/proc/self", name: "u2cl", room: 1) }
  }

  private struct Interrupted: Error {}

  @Test func aFailureLeavesEverythingAsItWas() throws {
    let path = root.appending("a")
    try WholeFile.save(to: path) { try $0.write([1, 2, 3]) }
    #expect(throws: Interrupted.self) {
      try WholeFile.save(to: path) { file in
        try file.write([9])
        throw Interrupted()
      }
    }
    #expect(try WholeFile.read(path) == [1, 2, 3] && names() == ["a"])
    // The place is taken by a folder, so the renaming fails.
    try Folder.make(root.appending("taken"))
    #expect(throws: SystemError.self) {
      try WholeFile.replace(root.appending("taken"), through: root.appending("temporary"), with: [1])
    }
    #expect(try names() == ["a", "taken"])
    // Somebody else has the temporary file: it is theirs.
    #expect(throws: SystemError(code: EEXIST)) {
      try WholeFile.replace(root.appending("b"), through: path, with: [1])
    }
    #expect(try WholeFile.read(path) == [1, 2, 3])
  }

  /// Two writers and a reader: whatever the reader finds was written by one of them alone.
  @Test func aReaderSeesOneFileOrTheOther() throws {
    let path = root.appending("a")
    let versions = [1, 2].map { [UInt8](repeating: $0, count: 200_000) }
    try WholeFile.save(to: path) { try $0.write(versions[0]) }
    let done = Atomic<Int>(0)
    for version in versions {
      #expect(
        startDetachedThread {
          for round in 0..<40 {
            if round % 2 == 0 {
              try? WholeFile.save(to: path) { try $0.write(version) }
            } else {
              try? WholeFile.replace(path, through: path.adding(suffix: ".\(version[0])"), with: version)
            }
          }
          done.add(1, ordering: .relaxed)
        })
    }
    while done.load(ordering: .relaxed) < 2 {
      let found = try #require(try WholeFile.read(path))
      #expect(versions.contains(found), "\(found.count) bytes")
    }
    #expect(try names() == ["a"])
  }

  @Test func aLinkKeepsPointingAtTheFile() throws {
    let (file, link) = (root.appending("file"), root.appending("link"))
    try WholeFile.save(to: file) { try $0.write([1]) }
    try #require(symlink("file", link.string) == 0)
    try WholeFile.save(to: link) { try $0.write([2]) }
    #expect(link.isLink && !file.isLink && link.real == file.real)
    #expect(try WholeFile.read(file) == [2])
    #expect(link.byteCount(followingLinks: false) == nil && link.byteCount() == 1)
    // An appended file follows no link, so that nobody can redirect it.
    #expect(throws: SystemError(code: ELOOP)) { try FileDescriptor.appending(link, permissions: 0o600) }
  }

  @Test func onlyWhatNobodyElseMayWriteIsTrusted() throws {
    let path = root.appending("code")
    try WholeFile.replace(path, through: root.appending("t"), with: [1, 2])
    #expect(try WholeFile.readTrusted(path) == [1, 2])
    for mode in [0o620, 0o602, 0o666] as [mode_t] {
      try #require(path.withCString { chmod($0, mode) } == 0)
      #expect(throws: SystemError.notPermitted) { try WholeFile.readTrusted(path) }
    }
    #expect(throws: SystemError.notPermitted) { try WholeFile.readTrusted("/dev/null") }
  }

  @Test func foldersAreMadeAndFound() throws {
    let deep = root.appending("a/b/c")
    try Folder.make(deep)
    try Folder.make(deep)
    #expect(try deep.isFolder && FileStatus(of: deep).permissions == 0o700)
    #expect(Folder.nearest(to: deep.appending("x/y")) == deep && Folder.nearest(to: "/") == "/")
    #expect(Folder.makePrivate(root.appending("own")) && Folder.makePrivate(root.appending("own")))
    try #require(root.appending("own").withCString { chmod($0, 0o755) } == 0)
    #expect(!Folder.makePrivate(root.appending("own")))
    try Folder.probe(deep, name: "probe", room: 1)
    #expect(throws: SystemError.noSpace) { try Folder.probe(deep, name: "probe", room: .max / 2) }
    #expect(try Folder.names(in: deep).isEmpty && deep.removeFolder() && !root.removeFolder())
    #expect(root.appending("a/b/../new").resolved == FilePath(root.real?.string ?? "").appending("a/new"))
  }
}
