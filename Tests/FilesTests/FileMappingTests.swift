import Files
import LibC
import TestSupport
import Testing

/// Mapped files that are empty, replaced, removed or cut short.
@Suite struct FileMappingTests {
  private let folder: TemporaryFolder
  private var path: FilePath { FilePath(folder.path).appending("weights") }

  init() throws { folder = try TemporaryFolder() }

  private func save(_ bytes: [UInt8]) throws { try WholeFile.save(to: path) { try $0.write(bytes) } }

  @Test func theBytesStayWhenTheFileIsReplacedOrRemoved() throws {
    try save([1, 2, 3])
    let file = try FileMapping(path)
    try save([4, 5])
    #expect(Array(file.bytes) == [1, 2, 3])
    path.remove()
    #expect(Array(file.bytes) == [1, 2, 3])
  }

  @Test func anEmptyFileHasNoBytes() throws {
    try save([])
    #expect(try FileMapping(path).bytes.isEmpty)
    try FileMapping(path).release(0..<0)
  }

  @Test func whatWasReleasedIsReadAgain() throws {
    let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try save(bytes)
    let file = try FileMapping(path)
    #expect(Array(file.bytes) == bytes)
    for range in [0..<100_000, 5..<7, 8191..<8193, 99_999..<100_000, 50_000..<1_000_000] { file.release(range) }
    #expect(Array(file.bytes) == bytes)
  }

  @Test func whatIsNoFileIsTold() throws {
    #expect(throws: FileMapping.Problem.system(SystemError(code: ENOENT))) { try FileMapping(path) }
    #expect(throws: FileMapping.Problem.system(.folder)) { try FileMapping(FilePath(folder.path)) }
    #expect(throws: FileMapping.Problem.notRegular) { try FileMapping("/dev/null") }
  }

  #if os(Linux)
    /// The trap that `FileMapping` documents: what was cut off cannot be read any more.
    @Test func aFileThatIsCutShortEndsTheProcess() async {
      await #expect(processExitsWith: .signal(SIGBUS)) {
        let path = FilePath("/tmp/u2cl-cut-\(ProcessID.current)")
        try WholeFile.save(to: path) { try $0.write([UInt8](repeating: 1, count: 100_000)) }
        let file = try FileMapping(path)
        #expect(path.withCString { truncate($0, 4096) } == 0)
        path.remove()
        #expect(file.bytes[4095] == 1)
        #expect(file.bytes[90_000] == 1)
      }
    }
  #endif
}
