import Caches
import Foundation
import Testing

/// Every record that is read from a journal is complete, whatever happened to the file.
@Suite struct JournalTests {
  private let folder = CacheFolder()
  private var cache: Cache { folder.cache }
  private var key: CacheKey { folder.tuning }
  private let records = [#"{"layer":"stage1","seconds":0.001}"#, "", "a b  c", "größer"]

  @Test func recordsComeBackInOrder() {
    #expect(cache.records(key) == [])
    for record in records { cache.append(record, to: key) }
    #expect(cache.records(key) == records && Cache(cache.location).records(key) == records)
    #expect(cache.records(CacheKey(.tunings, ["another device"])) == [])
    #expect(cache.problem == nil)
  }

  /// After a process was killed while it wrote, at any byte, the complete records are there, and the next one is, too.
  @Test func aTornLineIsLeftOut() throws {
    var sizes: [Int] = []
    for record in records {
      cache.append(record, to: key)
      sizes.append(try CacheFolder.bytes(folder.file(.tunings)).count)
    }
    let file = try folder.file(.tunings)
    let whole = try CacheFolder.bytes(file)
    for count in 0...whole.count {
      let expected = Array(records[..<sizes.count { $0 - 1 <= count }])
      try CacheFolder.write(Array(whole[..<count]), to: file)
      #expect(cache.records(key) == expected, "\(count) bytes")
      cache.append("next", to: key)
      #expect(cache.records(key) == expected + ["next"], "\(count) bytes and a record")
    }
  }

  /// Damaged lines are left out, and others are kept. If the head is damaged, the journal starts again.
  @Test func aDamagedLineIsLeftOut() throws {
    for record in records { cache.append(record, to: key) }
    let file = try folder.file(.tunings)
    let whole = try CacheFolder.bytes(file)
    let head = try #require(whole.firstIndex(of: 10))
    for index in whole.indices {
      var damaged = whole
      damaged[index] ^= 1
      try CacheFolder.write(damaged, to: file)
      let found = cache.records(key)
      #expect(found.count < records.count && found.allSatisfy(records.contains), "byte \(index): \(found)")
      guard index <= head else { continue }
      #expect(found.isEmpty, "byte \(index)")
      cache.append("new", to: key)
      #expect(cache.records(key) == ["new"], "byte \(index)")
    }
  }

  @Test func severalAtOnce() {
    DispatchQueue.concurrentPerform(iterations: 4) { [folder] writer in
      let own = Cache(folder.cache.location)
      for number in 0..<50 {
        own.append("\(writer) \(number) " + String(repeating: "x", count: number * 20), to: folder.tuning)
      }
      #expect(own.problem == nil)
    }
    let found = cache.records(key)
    #expect(found.count == 200 && Set(found).count == 200)
    for writer in 0..<4 {
      let own = found.filter { $0.hasPrefix("\(writer) ") }.compactMap { $0.split(separator: " ").dropFirst().first }
      #expect(own.map(String.init) == (0..<50).map(String.init), "writer \(writer)")
    }
  }
}

/// Counting and clearing a cache.
@Suite struct CacheContentsTests {
  @Test func onlyWhatIsOursIsCountedAndRemoved() throws {
    let folder = CacheFolder()
    folder.cache.store([1, 2, 3], for: folder.key)
    folder.cache.store([1, 2, 3, 4], for: CacheKey(.programs, ["another"]))
    folder.cache.append("record", to: folder.tuning)
    let root = folder.path + "/u2cl"
    let name = folder.files()[0]
    try CacheFolder.write([1], to: "\(root)/programs/.u2cl-tmp-1-2")
    try CacheFolder.write([1], to: "\(root)/programs/\(name).loading")
    let foreign = [
      "notes.txt", "programs/notes.bin", "programs/\(name).old", "programs/my.bin.loading",
      "programs/" + String(repeating: "z", count: 64) + ".bin", "tunings/\(name)",
    ].map { "\(root)/\($0)" }
    for path in foreign { try CacheFolder.write([9], to: path) }

    let contents = folder.cache.contents()
    #expect(contents.programs.count == 2 && contents.programs.bytes == 2 * 84 + 7)
    #expect(contents.tunings.count == 1 && contents.tunings.bytes > 80)
    #expect(contents.unfinished.count == 2 && contents.unfinished.bytes == 2)
    #expect(folder.cache.clear() == contents)
    #expect(folder.cache.contents() == CacheContents())
    for path in foreign { #expect(FileManager.default.fileExists(atPath: path), "\(path)") }
    for path in foreign { try FileManager.default.removeItem(atPath: path) }
    #expect(folder.cache.clear() == CacheContents() && folder.files().isEmpty)
  }
}
