import FileSelection
import Files
import Foundation
import Testing

/// The files that a name means.
@Suite struct SelectionTests {
  private func tree() throws -> Tree {
    try Tree([
      "b.JPG", "a.jpg", "a.mask.png", "notes.txt", ".hidden.jpg", "sub/c.png", "sub/deep/d.jpg", "sub/.dot/e.jpg",
      "out/f.png", "a[1].jpg", "leer zeichen.jpg",
    ])
  }

  private func select(
    _ name: String, recursive: Bool = false, follow: Bool = false, closed: Set<FilePath> = []
  ) throws -> [SelectedFile] {
    let found = find(name, recursive: recursive, follow: follow, closed: closed)
    if found.files.isEmpty, let error = found.errors.first { throw error }
    return found.files
  }

  private func find(
    _ name: String, recursive: Bool = false, follow: Bool = false, closed: Set<FilePath> = []
  ) -> Selection.Result {
    var rules = Selection.Rules(Tree.rule)
    rules.isRecursive = recursive
    rules.followsLinks = follow
    rules.closedFolders = closed
    rules.keepsLeftOut = true
    return Selection(rules).files(named: FilePath(name))
  }

  @Test func aFolderGivesItsPictures() throws {
    let tree = try tree()
    #expect(try select(tree.root).map(\.relativePath) == ["a.jpg", "a[1].jpg", "b.JPG", "leer zeichen.jpg"])
    #expect(try select(tree.root + "/").map(\.path).first == FilePath(tree.root + "/a.jpg"))
  }

  @Test func aTreeGivesThemAll() throws {
    let tree = try tree()
    try tree.link("round", to: ".")
    try tree.link("linked.jpg", to: "a.jpg")
    let closed = try #require(FilePath(tree.root + "/out").real)
    let below = try select(tree.root, recursive: true, closed: [closed]).map(\.relativePath)
    #expect(
      below == ["a.jpg", "a[1].jpg", "b.JPG", "leer zeichen.jpg", "linked.jpg", "sub/c.png", "sub/deep/d.jpg"])
    #expect(try select(tree.root, recursive: true).map(\.relativePath).contains("out/f.png"))
  }

  /// To open a pipe that nobody writes to would wait forever.
  @Test(.timeLimit(.minutes(1))) func pipesAreNoFiles() throws {
    let tree = try Tree(["a.jpg"])
    #expect(mkfifo("\(tree.root)/pipe.jpg", 0o600) == 0 && mkfifo("\(tree.root)/pipe", 0o600) == 0)
    try tree.link("link.jpg", to: "\(tree.root)/pipe.jpg")
    for name in ["", "/*.jpg", "/**"] {
      let found = find(tree.root + name)
      #expect(found.files.map(\.path) == [FilePath(tree.root + "/a.jpg")], "\(name)")
      #expect(found.leftOut.counts == [.pipe: name == "/*.jpg" ? 2 : 3], "\(name)")
    }
  }

  /// Each thing in a folder is a file that is taken, or something that is left out for a reason.
  @Test func everythingIsAccountedFor() throws {
    let tree = try Tree(["a.jpg", "a.mask.png", "notes.txt", "sub/b.jpg", ".cache/c.jpg", "out/d.jpg", "d.jpg.part"])
    for (name, bytes) in [
      ("a.jpg~", Tree.picture), ("a.jpg_original", Tree.picture), ("notes~", []),
      ("none", Tree.picture), ("e.txt", Tree.picture), (".h", Tree.picture), (".x.jpg", []), ("p", Array("8BPS".utf8)),
    ] {
      try tree.add(name, bytes)
    }
    try tree.link("folder.jpg", to: "sub")
    try tree.link("gone.jpg", to: "nowhere")
    try tree.link("linked", to: "none")
    let found = find(tree.root, closed: [try #require(FilePath(tree.root + "/out").real)])
    #expect(found.files.map(\.relativePath) == ["a.jpg", "e.txt", "linked", "none"])
    let reasons: [FilePath: LeftOutFile.Reason] = [
      "a.jpg~": .backup, "a.jpg_original": .backup, "notes~": .other, "a.mask.png": .result, "notes.txt": .other,
      "sub": .folder, ".cache": .hidden(isWanted: false),
      "out": .resultFolder, "d.jpg.part": .unfinished, ".h": .hidden(isWanted: true),
      ".x.jpg": .hidden(isWanted: false), "p": .unread(format: "PSD", advice: nil), "folder.jpg": .linkToFolder,
      "gone.jpg": .brokenLink,
    ]
    #expect(found.leftOut.files.count == reasons.count && found.errors.isEmpty)
    for file in found.leftOut.files {
      #expect(file.reason == reasons[file.file.relativePath ?? ""], "\(file)")
    }
    #expect(found.leftOut.counts[.folder] == 1)
    // An open pattern takes what a folder gives, and one of a kind every file of that name.
    #expect(try select(tree.root + "/*").map(\.relativePath) == ["a.jpg", "e.txt", "linked", "none"])
    #expect(try select(tree.root + "/*.*").map(\.relativePath) == ["a.jpg", "e.txt"])
    #expect(try select(tree.root + "/*.txt").map(\.relativePath) == ["e.txt", "notes.txt"])
    #expect(throws: SelectionError.self) { try select(tree.root + "/n*s.???") }
  }

  @Test func aFileThatCannotBeOpenedIsTold() throws {
    let tree = try Tree(["a.jpg", "locked"])
    guard geteuid() != 0 else { return }
    chmod("\(tree.root)/locked", 0)
    #expect(find(tree.root).leftOut.counts == [.unreadable(SystemError(code: EACCES)): 1])
  }

  @Test func linksToFoldersAreFollowedOnRequest() throws {
    let tree = try Tree(["z/a.jpg", "z/deep/b.jpg"])
    let elsewhere = try Tree(["c.jpg"])
    try tree.link("away", to: elsewhere.root)
    // To a folder that is found without a link, to the tree itself, to one of two that point at each other.
    try tree.link("again", to: "z/deep")
    try tree.link("z/round", to: "..")
    try tree.link("z/deep/away", to: elsewhere.root)
    try elsewhere.link("back", to: tree.root)
    let found = find(tree.root, recursive: true, follow: true)
    #expect(found.files.map(\.relativePath) == ["z/a.jpg", "z/deep/b.jpg", "away/c.jpg"])
    #expect(found.leftOut.counts == [.searchedFolder: 4])
    let without = find(tree.root, recursive: true)
    #expect(without.files.map(\.relativePath) == ["z/a.jpg", "z/deep/b.jpg"])
    #expect(without.leftOut.counts == [.linkToFolder: 4])
    let pattern = try select(tree.root + "/**/*.jpg", follow: true).map(\.relativePath)
    #expect(pattern == ["z/a.jpg", "z/deep/away/c.jpg", "z/deep/b.jpg"])
    #expect(try select(tree.root + "/**/*.jpg").map(\.relativePath) == ["z/a.jpg", "z/deep/b.jpg"])
  }

  /// The rest is found.
  @Test func aFolderThatCannotBeReadIsAnError() throws {
    let tree = try Tree(["a.jpg", "locked/b.jpg"])
    guard geteuid() != 0 else { return }
    chmod("\(tree.root)/locked", 0)
    defer { chmod("\(tree.root)/locked", 0o700) }
    let found = find(tree.root, recursive: true)
    #expect(found.files.map(\.relativePath) == ["a.jpg"] && found.errors.count == 1)
  }

  @Test func aPatternThatMatchesNothingIsExplained() throws {
    let tree = try Tree(["a.JPG"])
    func message(_ name: String) -> String { find(tree.root + name).errors.map(\.description).joined() }
    #expect(message("/*.jpg").contains("a.JPG is there: upper and lower case"))
    #expect(message("/no/*.jpg").contains("there is no folder"))
    #expect(message("/*.gif").hasSuffix("/*.gif; check the pattern"))
  }

  @Test func aFolderWithoutPicturesIsTold() throws {
    let tree = try Tree(["empty/sub/a.jpg", "empty/notes.txt"])
    #expect(throws: SelectionError.self) { try select(tree.root + "/empty") }
    #expect(try select(tree.root + "/empty", recursive: true).map(\.relativePath) == ["sub/a.jpg"])
  }

  @Test(arguments: [
    ("*.jpg", ["a.jpg", "a[1].jpg", "leer zeichen.jpg"]), ("?.jpg", ["a.jpg"]), ("[ab].*", ["a.jpg", "b.JPG"]),
    ("**/*.jpg", ["a.jpg", "a[1].jpg", "leer zeichen.jpg", "sub/deep/d.jpg"]), ("s*/c.png", ["sub/c.png"]),
    (
      "**", ["a.jpg", "a[1].jpg", "b.JPG", "leer zeichen.jpg", "out/f.png", "sub/c.png", "sub/deep/d.jpg"]
    ),
    ("sub/**/*", ["c.png", "deep/d.jpg"]), (".h*", [".hidden.jpg"]), ("a*.png", []), ("no/*", []), ("*/*/*/*.jpg", []),
    ("a.jpg/*", []),
  ])
  func patternsAreExpanded(pattern: String, found: [String]) throws {
    let tree = try tree()
    let name = "\(tree.root)/\(pattern)"
    guard !found.isEmpty else {
      #expect(throws: SelectionError.self) { try select(name) }
      return
    }
    #expect(try select(name).map(\.relativePath) == found.map { FilePath($0) }, "\(pattern)")
    #expect(try select(name).allSatisfy { $0.path.exists })
  }

  /// A name under which there is a file means that file. A name without a file is passed on, to fail when it is opened.
  @Test func aNameIsItself() throws {
    let tree = try tree()
    for name in ["\(tree.root)/a[1].jpg", "\(tree.root)/missing.jpg", "\(tree.root)/notes.txt", "-"] {
      #expect(try select(name) == [SelectedFile(FilePath(name))])
    }
  }
}

@Suite struct ShardTests {
  @Test(arguments: ["", "1", "0/4", "5/4", "1/0", "-1/4", "1/4/2", "a/b", "1/", "/4", "1 /4", "1/2000000", "1.5/4"])
  func nonsenseIsNoShard(text: String) { #expect(Shard(text) == nil, "\(text)") }

  /// Every file is in one shard, whatever other files there are and wherever the folder is.
  @Test(arguments: [1, 2, 3, 8, 31]) func shardsPartition(count: Int) throws {
    let shards = try (1...count).map { try #require(Shard("\($0)/\(count)")) }
    var sizes = Array(repeating: 0, count: count)
    for number in 0..<2000 {
      let name = "set \(number % 7)/picture-\(number).jpg"
      let takers = shards.indices.filter {
        shards[$0].contains(SelectedFile(FilePath("/here/\(name)"), below: FilePath(name)))
      }
      #expect(
        takers
          == shards.indices.filter {
            shards[$0].contains(SelectedFile(FilePath("there/\(name)"), below: FilePath(name)))
          })
      #expect(takers.count == 1, "\(name)")
      for taker in takers { sizes[taker] += 1 }
    }
    // Five standard deviations of a fair draw.
    let mean = 2000 / Double(count)
    let most = 5 * mean.squareRoot()
    #expect(sizes.allSatisfy { abs(Double($0) - mean) <= most }, "\(sizes)")
  }

  /// Shards are the same on every machine and in every version, so some are recorded here.
  @Test func shardsStayTheSame() throws {
    let names = ["a.jpg", "b.jpg", "holiday/c.png", "ä.webp"]
    let shards = try (1...5).map { try #require(Shard("\($0)/5")) }
    let taken = names.map { name in
      shards.firstIndex { $0.contains(SelectedFile(FilePath(name))) }.map { $0 + 1 }
    }
    #expect(taken == [4, 1, 4, 3])
  }
}
