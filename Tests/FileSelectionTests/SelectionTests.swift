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

  private func select(_ name: String, recursive: Bool = false, closed: Set<FilePath> = []) throws -> [SelectedFile] {
    var rules = Selection.Rules(names: Tree.rule)
    rules.isRecursive = recursive
    rules.closedFolders = closed
    return try Selection(rules).files(named: FilePath(name))
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
    #expect(mkfifo("\(tree.root)/pipe.jpg", 0o600) == 0)
    try tree.link("link.jpg", to: "\(tree.root)/pipe.jpg")
    for name in ["", "/*.jpg", "/**"] {
      let files = try Selection(.init(names: Tree.rule)).files(named: FilePath(tree.root + name))
      #expect(files.map(\.path) == [FilePath(tree.root + "/a.jpg")], "\(name)")
    }
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
      "**", ["a.jpg", "a[1].jpg", "b.JPG", "leer zeichen.jpg", "notes.txt", "out/f.png", "sub/c.png", "sub/deep/d.jpg"]
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

  @Test func listsAreRead() {
    let lines = Array("a.jpg\r\n\nb c.jpg\n d\n".utf8)
    #expect(FileList.paths(in: lines, isNullSeparated: false) == ["a.jpg", "b c.jpg", " d"])
    let zeros = Array("a\nb.jpg\0c\r\0\0d".utf8)
    #expect(FileList.paths(in: zeros, isNullSeparated: true) == ["a\nb.jpg", "c\r", "d"])
    #expect(FileList.paths(in: [], isNullSeparated: false).isEmpty)
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
