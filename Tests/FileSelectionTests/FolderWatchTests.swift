import FileSelection
import Files
import Foundation
import Testing

#if os(Linux)
  /// Files that appear in a watched folder in every way that there is, each given once and when it is complete.
  @Suite(.timeLimit(.minutes(1))) struct FolderWatchTests {
    private func watch(
      _ tree: Tree, recursive: Bool = false, follow: Bool = false, every interval: Duration? = nil
    ) throws -> FolderWatch {
      try FolderWatch(
        FolderListing(of: FilePath(tree.root), isRecursive: recursive, followsLinks: follow, Tree.rule),
        lookingEvery: interval)
    }

    /// The files that the watch gives until it has given none for `time`.
    private func files(_ watch: FolderWatch, atMost time: Duration = .milliseconds(700)) -> [FilePath] {
      var found: [FilePath] = []
      let clock = ContinuousClock()
      var end = clock.now.advanced(by: time)
      while let file = watch.next(waits: { descriptor, limit in
        let left = min(limit ?? .seconds(9), max(.zero, clock.now.duration(to: end)))
        var wait = pollfd(fd: descriptor ?? -1, events: Int16(POLLIN), revents: 0)
        poll(&wait, 1, Int32(left / .milliseconds(1)) + 1)
        return clock.now < end
      }) {
        found.append(file.relativePath ?? "")
        end = clock.now.advanced(by: time)
      }
      return found
    }

    @Test(arguments: [nil, .milliseconds(100)] as [Duration?]) func filesAppear(every interval: Duration?) throws {
      let tree = try Tree(["old.jpg", "old.txt"])
      try tree.add("old.jpg", [1])
      let other = try Tree([])
      try other.add("x.jpg", [1, 2])
      let watch = try watch(tree, every: interval)
      #expect(watch.reasonToPoll == nil)
      #expect(files(watch) == ["old.jpg"])
      // By a hard link, by a symbolic link, by renaming, and by a file without a name, as u2cl writes.
      #expect(link(other.root + "/x.jpg", tree.root + "/hard.jpg") == 0)
      #expect(files(watch) == ["hard.jpg"])
      try tree.link("soft.jpg", to: other.root + "/x.jpg")
      #expect(files(watch) == ["soft.jpg"])
      #expect(rename(other.root + "/x.jpg", tree.root + "/moved.jpg") == 0)
      #expect(files(watch) == ["moved.jpg"])
      try WholeFile.save(to: FilePath(tree.root + "/ours.jpg")) { try $0.write([1, 2, 3]) }
      #expect(files(watch) == ["ours.jpg"])
      // Written over, under a name that tells nothing, and what is no picture, hidden, unfinished or a result.
      try WholeFile.save(to: FilePath(tree.root + "/ours.jpg")) { try $0.write([3, 2, 1, 0]) }
      #expect(files(watch) == ["ours.jpg"])
      try tree.add("none", Tree.picture)
      for name in ["a.txt", ".b.jpg", "c.jpg.part", "d.mask.png"] { try tree.add(name, [1]) }
      #expect(files(watch) == ["none"])
    }

    /// A file is not taken while somebody has it open, however long nothing is written.
    @Test func aFileThatIsBeingWrittenIsLeftAlone() throws {
      let tree = try Tree([])
      let watch = try watch(tree)
      let file = try FileDescriptor.creating(FilePath(tree.root + "/slow.jpg"), permissions: 0o600)
      try file.write([1, 2, 3])
      #expect(files(watch).isEmpty)
      // Another name for the same file, and a link to it, which nobody writes through.
      #expect(link(tree.root + "/slow.jpg", tree.root + "/hard.jpg") == 0)
      try tree.link("soft.jpg", to: "slow.jpg")
      #expect(files(watch).isEmpty)
      try file.write([4])
      try file.close()
      #expect(files(watch).sorted() == ["hard.jpg", "slow.jpg", "soft.jpg"])
    }

    /// A program that closes a file and opens it again to write the rest.
    @Test func aFileThatIsWrittenInTurnsIsGivenOnce() throws {
      let tree = try Tree([])
      let watch = try watch(tree)
      for _ in 0..<3 {
        let file = try FileDescriptor.appending(FilePath(tree.root + "/turns.jpg"), permissions: 0o600)
        try file.write([1, 2, 3])
        try file.close()
        #expect(files(watch, atMost: .milliseconds(50)).isEmpty)
      }
      #expect(files(watch) == ["turns.jpg"])
    }

    @Test func aFileThatGrowsIsNotTakenByPolling() throws {
      let tree = try Tree([])
      let watch = try watch(tree, every: .milliseconds(200))
      var rounds = 0
      var found: [FilePath] = []
      while rounds < 12,
        let file = watch.next(waits: { _, limit in
          if rounds < 6 { try? tree.add("grows.jpg", Array(repeating: 1, count: rounds + 1)) }
          rounds += 1
          Thread.sleep(forTimeInterval: (limit ?? .zero) / .seconds(1))
          return rounds < 12
        })
      {
        #expect(rounds > 6)
        found.append(file.relativePath ?? "")
      }
      #expect(found == ["grows.jpg"])
    }

    @Test(arguments: [nil, .milliseconds(100)] as [Duration?]) func foldersAppear(every interval: Duration?) throws {
      let tree = try Tree(["sub/a.jpg"])
      try tree.add("sub/a.jpg", [1])
      let other = try Tree(["moved/deep/b.jpg", "linked/c.jpg"])
      for name in ["moved/deep/b.jpg", "linked/c.jpg"] { try other.add(name, [1]) }
      let watch = try watch(tree, recursive: true, follow: true, every: interval)
      #expect(files(watch) == ["sub/a.jpg"])
      #expect(rename(other.root + "/moved", tree.root + "/moved") == 0)
      #expect(files(watch) == ["moved/deep/b.jpg"])
      try tree.link("linked", to: other.root + "/linked")
      try tree.link("round", to: ".")
      #expect(files(watch) == ["linked/c.jpg"])
      try other.add("linked/d.jpg", [1])
      try tree.add("moved/deep/e.jpg", [1])
      #expect(files(watch).sorted() == ["linked/d.jpg", "moved/deep/e.jpg"])
    }

    @Test(arguments: [nil, .milliseconds(50)] as [Duration?])
    func theEndOfTheFolderEnds(every interval: Duration?) throws {
      let tree = try Tree([])
      let watch = try watch(tree, every: interval)
      #expect(files(watch).isEmpty)
      try FileManager.default.removeItem(atPath: tree.root)
      let next = watch.next { _, limit in
        Thread.sleep(forTimeInterval: (limit ?? .zero) / .seconds(1))
        return true
      }
      #expect(next == nil)
    }
  }
#endif
