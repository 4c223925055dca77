import Caches
import Foundation
import TestSupport
import Testing

/// Entries come back complete or not at all.
@Suite struct CacheTests {
  private let folder = CacheFolder()
  private var cache: Cache { folder.cache }
  private let payload = Array("a program's binary".utf8)

  @Test(arguments: [0, 1, 83, 100_000]) func whatIsStoredComesBack(count: Int) {
    var generator = SeededGenerator(seed: UInt64(count))
    let payload = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    #expect(cache.load(folder.key) == nil)
    cache.store(payload, for: folder.key)
    #expect(cache.load(folder.key) == payload)
    #expect(Cache(cache.location).load(folder.key) == payload)
    #expect(cache.problem == nil && folder.files().count == 1)
  }

  /// Moving a byte from one part to the next makes another key, as does another kind.
  @Test func everyPartIsTheKey() {
    let keys = [
      CacheKey(.programs, ["ab", "c"]), CacheKey(.programs, ["a", "bc"]), CacheKey(.programs, ["abc"]),
      CacheKey(.programs, ["abc", ""]), CacheKey(.tunings, ["ab", "c"]),
    ]
    #expect(Set(keys).count == keys.count)
    for (index, key) in keys.enumerated() { cache.store([UInt8(index)], for: key) }
    for (index, key) in keys.enumerated() { #expect(cache.load(key) == [UInt8(index)], "key \(index)") }
  }

  @Test func aDamagedByteIsFound() throws {
    cache.store(payload, for: folder.key)
    let file = try folder.file()
    let whole = try CacheFolder.bytes(file)
    for index in whole.indices {
      for bit in [0, 7] {
        var damaged = whole
        damaged[index] ^= 1 << UInt8(bit)
        try CacheFolder.write(damaged, to: file)
        #expect(cache.load(folder.key) == nil, "bit \(bit) of byte \(index)")
      }
    }
    cache.store(payload, for: folder.key)
    #expect(try CacheFolder.bytes(file) == whole)
  }

  @Test func aTruncatedFileIsFound() throws {
    cache.store(payload, for: folder.key)
    let file = try folder.file()
    let whole = try CacheFolder.bytes(file)
    for count in whole.indices {
      try CacheFolder.write(Array(whole[..<count]), to: file)
      #expect(cache.load(folder.key) == nil, "\(count) bytes")
    }
    for more in [1, 1000] {
      try CacheFolder.write(whole + Array(repeating: 0, count: more), to: file)
      #expect(cache.load(folder.key) == nil, "\(more) bytes more")
    }
    cache.store(payload, for: folder.key)
    #expect(cache.load(folder.key) == payload)
  }

  /// A complete entry under the name of another, as a careless copy makes it.
  @Test func aForeignEntryIsFound() throws {
    let other = CacheKey(.programs, ["another source", "options"])
    cache.store([1, 2, 3], for: other)
    let foreign = try CacheFolder.bytes(folder.file())
    _ = cache.clear()
    cache.store(payload, for: folder.key)
    try CacheFolder.write(foreign, to: folder.file())
    #expect(cache.load(folder.key) == nil)
  }

  @Test func whatIsNoFileIsNotRead() throws {
    cache.store(payload, for: folder.key)
    let file = try folder.file()
    try FileManager.default.removeItem(atPath: file)
    try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: false)
    #expect(cache.load(folder.key) == nil && cache.records(folder.tuning) == [])
    try FileManager.default.removeItem(atPath: file)
    #expect(mkfifo(file, 0o600) == 0)
    #expect(cache.load(folder.key) == nil)
    cache.store(payload, for: folder.key)
    #expect(cache.load(folder.key) == payload && cache.problem == nil)
  }

  /// A program is code, so files that others may write are not used.
  @Test(arguments: [0o620, 0o602]) func whatOthersMayWriteIsNotRead(mode: Int) throws {
    cache.store(payload, for: folder.key)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder.file())
    #expect(cache.load(folder.key) == nil)
  }

  @Test func whatIsNoGoodIsRemoved() throws {
    cache.store(payload, for: folder.key)
    #expect(cache.load(folder.key) { $0 } == payload && folder.files().count == 1)
    #expect(cache.load(folder.key) { _ in Int?.none } == nil && folder.files().isEmpty)
  }

  /// The note of a process that a driver crashed removes the entry. There is no process 2²²+1.
  @Test(arguments: ["4194305", "\(ProcessInfo.processInfo.processIdentifier)", "0", "nonsense", ""])
  func whatEndedAProcessIsRemoved(writer: String) throws {
    cache.store(payload, for: folder.key)
    try CacheFolder.write(Array(writer.utf8), to: folder.file() + ".loading")
    #expect(cache.load(folder.key) { $0 } == nil)
    #expect(folder.files().isEmpty)
    cache.store(payload, for: folder.key)
    #expect(cache.load(folder.key) { $0 } == payload)
  }

  /// An entry that another process is loading at the moment can be used.
  @Test func whatAnotherProcessLoadsIsLoaded() throws {
    cache.store(payload, for: folder.key)
    let file = try folder.file()
    try CacheFolder.write(Array("1".utf8), to: file + ".loading")
    #expect(cache.load(folder.key) { $0 } == payload)
    #expect(folder.files().count == 1)
  }

  /// Many writers and readers of one entry: no reader sees half of one, and no temporary file is left.
  @Test func severalAtOnce() {
    let payloads = (0..<4).map { Array(repeating: UInt8($0), count: 10_000 + $0) }
    DispatchQueue.concurrentPerform(iterations: 4) { [folder] index in
      let own = Cache(folder.cache.location)
      for _ in 0..<50 {
        own.store(payloads[index], for: folder.key)
        let found = own.load(folder.key)
        #expect(found.map(payloads.contains) ?? false)
      }
      #expect(own.problem == nil)
    }
    #expect(folder.files().count == 1)
  }

  @Test func leftoversAreSwept() throws {
    cache.store(payload, for: folder.key)
    let names = ["old", "new"].map { "\(folder.path)/u2cl/programs/.u2cl-tmp-\($0)" }
    for name in names { try CacheFolder.write([1], to: name) }
    let dayAgo = Date(timeIntervalSinceNow: -86_400)
    try FileManager.default.setAttributes([.modificationDate: dayAgo], ofItemAtPath: names[0])
    cache.store(payload, for: folder.key)
    #expect(folder.files().filter { $0.hasPrefix(".") } == [".u2cl-tmp-new"])
  }
}

/// Locations of the cache, also those that cannot be written.
@Suite struct CachePlaceTests {
  @Test(arguments: [
    (["HOME": "/home/a"], CacheLocation.folder("/home/a/.cache/u2cl")),
    (["HOME": "/home/a", "XDG_CACHE_HOME": "/x"], .folder("/x/u2cl")),
    (["HOME": "/home/a", "XDG_CACHE_HOME": "relative"], .folder("/home/a/.cache/u2cl")),
    (["HOME": "/home/a", "XDG_CACHE_HOME": ""], .folder("/home/a/.cache/u2cl")),
    (["HOME": "/home/a", "U2CL_CACHE": "own"], .folder("own")),
    (["U2CL_CACHE": "/own"], .folder("/own")),
    (["HOME": "/home/a", "U2CL_CACHE": ""], .off), (["HOME": "/home/a", "U2CL_CACHE": "off"], .off),
    (["U2CL_CACHE": "OFF"], .off), ([:], .nowhere), (["HOME": ""], .nowhere), (["HOME": "relative"], .nowhere),
  ]) func theEnvironmentSaysWhere(environment: [String: String], location: CacheLocation) {
    #expect(CacheLocation(environment: environment) == location)
  }

  @Test func offIsSilent() {
    let cache = Cache(.off)
    use(cache)
    #expect(cache.problem == nil && cache.contents() == CacheContents() && cache.clear() == CacheContents())
  }

  @Test func noPlaceIsTold() {
    let cache = Cache(.nowhere)
    #expect(cache.problem == nil)
    use(cache)
    #expect(cache.problem?.contains("neither HOME nor XDG_CACHE_HOME") == true)
  }

  /// A file where a folder should be, and a folder that takes no files, not even root's.
  @Test(arguments: ["/dev/null/u2cl", "/proc/self/u2cl", "/dev/full"])
  func whatCannotBeWrittenIsTold(path: String) {
    let cache = Cache(.folder(path))
    use(cache)
    let problem = cache.problem ?? ""
    #expect(
      problem.hasPrefix("the cache \(path) cannot be written (") && problem.contains("set U2CL_CACHE to a folder"))
    #expect(!problem.contains("\n"))
    use(cache)
    #expect(cache.problem == problem)
  }

  @Test(.disabled(if: geteuid() == 0, "root writes where it likes")) func aReadOnlyFolderIsRead() throws {
    let folder = CacheFolder()
    folder.cache.store([1], for: folder.key)
    let programs = "\(folder.path)/u2cl/programs"
    try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: programs)
    defer { try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: programs) }
    #expect(folder.cache.load(folder.key) { $0 } == [1])
    folder.cache.store([2], for: folder.key)
    #expect(folder.cache.problem?.contains("Permission denied") == true)
    #expect(folder.cache.load(folder.key) == [1])
  }

  /// A disk of 64 KiB, if the system allows the test to make one.
  @Test(.enabled(if: TinyDisk.isPossible, "needs the right to mount a file system"))
  func aFullDiskIsTold() throws {
    let disk = try TinyDisk()
    let cache = Cache(.folder(disk.path + "/u2cl"))
    let key = CacheKey(.programs, ["small"])
    cache.store([1, 2, 3], for: key)
    for number in 0..<8 { cache.append("record \(number)", to: CacheKey(.tunings, ["device"])) }
    #expect(cache.problem == nil)
    cache.store(Array(repeating: 1, count: 200_000), for: CacheKey(.programs, ["large"]))
    #expect(cache.problem?.contains("No space left on device") == true)
    #expect(cache.load(key) == [1, 2, 3])
    #expect(cache.contents().count == 2 && cache.contents().unfinished.count == 0)

    // A journal on a disk that fills up keeps what it had and takes on where there is room again.
    let filler = disk.path + "/filler"
    try disk.fill(filler)
    let full = Cache(cache.location)
    full.append(String(repeating: "x", count: 5000), to: CacheKey(.tunings, ["device"]))
    #expect(full.problem?.contains("No space left on device") == true)
    #expect(full.records(CacheKey(.tunings, ["device"])).count == 8)
    try FileManager.default.removeItem(atPath: filler)
    let roomy = Cache(cache.location)
    roomy.append("last", to: CacheKey(.tunings, ["device"]))
    #expect(roomy.records(CacheKey(.tunings, ["device"])).last == "last" && roomy.problem == nil)
  }

  private func use(_ cache: Cache) {
    let (program, tuning) = (CacheKey(.programs, ["p"]), CacheKey(.tunings, ["t"]))
    #expect(cache.load(program) == nil && cache.load(program) { $0 } == nil && cache.records(tuning) == [])
    cache.store([1], for: program)
    cache.append("record", to: tuning)
    #expect(cache.load(program) == nil && cache.records(tuning) == [])
  }
}

/// A small file system, unmounted with this object.
private final class TinyDisk {
  let path = FileManager.default.temporaryDirectory.path + "/u2cl-disk-\(UUID().uuidString)"

  static let isPossible = (try? TinyDisk()) != nil

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    do { try Self.run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", path) } catch {
      try? FileManager.default.removeItem(atPath: path)
      throw error
    }
  }

  deinit {
    try? Self.run("umount", path)
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Writes a file that fills the disk.
  func fill(_ path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT, 0o600)
    defer { close(descriptor) }
    let page = [UInt8](repeating: 0, count: 1024)
    while write(descriptor, page, page.count) > 0 {}
  }

  private struct Refused: Error {}

  private static func run(_ program: String, _ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Refused() }
  }
}
