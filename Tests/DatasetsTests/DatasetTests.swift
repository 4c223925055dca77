import Datasets
import Files
import Foundation
import Pictures
import Tensors
import TestSupport
import Testing

/// A data set as it comes: where its pictures and its masks lie.
struct Layout: Sendable, CustomTestStringConvertible {
  let path: String
  let images: String
  /// Pictures are told by their content, so that a PNG may be called `.jpg`.
  let suffix: String
  let masks: String
  let benchmark: Dataset.Benchmark?

  var testDescription: String { "\(path): \(images)/*.\(suffix), \(masks)/*.png" }

  static let all = [
    Layout(path: "DUTS-TR", images: "DUTS-TR-Image", suffix: "jpg", masks: "DUTS-TR-Mask", benchmark: nil),
    Layout(path: "DUTS-TE", images: "DUTS-TE-Image", suffix: "jpg", masks: "DUTS-TE-Mask", benchmark: .dutsTE),
    Layout(path: "DUTS-TE/DUTS-TE", images: "DUTS-TE-Image", suffix: "jpg", masks: "DUTS-TE-Mask", benchmark: .dutsTE),
    Layout(path: "ECSSD", images: "images", suffix: "jpg", masks: "ground_truth_mask", benchmark: .ecssd),
    Layout(path: "ecssd", images: "images", suffix: "jpg", masks: "masks", benchmark: .ecssd),
    Layout(path: "SOD", images: "Imgs", suffix: "jpg", masks: "Imgs", benchmark: .sod),
    Layout(path: "PASCAL-S", images: "Imgs", suffix: "jpg", masks: "Imgs", benchmark: .pascalS),
    Layout(path: "PASCAL-S", images: "Image", suffix: "jpg", masks: "GT", benchmark: .pascalS),
    Layout(path: "HKU-IS", images: "imgs", suffix: "png", masks: "gt", benchmark: .hkuIS),
    Layout(
      path: "DUT-OMRON", images: "DUT-OMRON-image", suffix: "jpg", masks: "pixelwiseGT-new-PNG", benchmark: .dutOMRON),
  ]
}

/// Data sets found in folders, and their pairs.
@Suite struct DatasetTests {
  private static let size = Size(height: 12, width: 17)

  /// A tree of pairs `a`, `b`, `c`; it goes away with what `body` made of it.
  private func withTree(_ layout: Layout, _ body: (Tree) throws -> Void) throws {
    let root = FileManager.default.temporaryDirectory.path + "/u2cl-dataset-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: root) }
    let tree = Tree(layout: layout, root: root)
    for folder in [layout.images, layout.masks] {
      try FileManager.default.createDirectory(
        atPath: "\(root)/\(layout.path)/\(folder)", withIntermediateDirectories: true)
    }
    for stem in ["a", "b", "c"] {
      try tree.writePicture(stem, Self.size)
      try tree.writeMask(stem, Self.size)
    }
    // What lies about in archives is no picture.
    for name in ["Thumbs.db", ".DS_Store", "readme.txt"] {
      try Data("x".utf8).write(to: URL(fileURLWithPath: "\(tree.images)/\(name)"))
    }
    try body(tree)
  }

  private struct Tree {
    let layout: Layout
    let root: String

    /// What is given as the data set's folder.
    var folder: String { root + "/" + (layout.path.split(separator: "/").first.map(String.init) ?? "") }
    var images: String { "\(root)/\(layout.path)/\(layout.images)" }
    func picture(_ stem: String) -> String { "\(images)/\(stem).\(layout.suffix)" }
    func mask(_ stem: String) -> String { "\(root)/\(layout.path)/\(layout.masks)/\(stem).png" }

    func writePicture(_ stem: String, _ size: Size) throws {
      let samples = (0..<size.height * size.width * 3).map { UInt8($0 * 31 % 251) }
      try Picture(size: size, hasAlpha: false, samples: .bits8(samples)).writePNG(toFileAt: picture(stem))
    }

    func writeMask(_ stem: String, _ size: Size) throws {
      let pixels = (0..<size.height * size.width).map { $0 % size.width > 5 ? UInt8(255) : 0 }
      try Mask(size: size, pixels: pixels).writePNG(toFileAt: mask(stem))
    }
  }

  @Test(arguments: Layout.all) func everyLayoutIsFound(layout: Layout) throws {
    try withTree(layout) { tree in
      let dataset = try Dataset(folder: FilePath(tree.folder))
      #expect(dataset.items.map(\.stem) == ["a", "b", "c"] && dataset.issues.isEmpty)
      #expect(dataset.benchmark == layout.benchmark)
      for item in dataset.items {
        #expect(item.input.string == tree.picture(item.stem.string) && item.mask.string == tree.mask(item.stem.string))
      }
      // A trailing slash, and a folder named outright.
      #expect(try Dataset(folder: FilePath(tree.folder + "/")).items == dataset.items)
      let masks = (tree.mask("a") as NSString).deletingLastPathComponent
      #expect(try Dataset(inputs: FilePath(tree.images), masks: FilePath(masks)).items == dataset.items)
    }
  }

  /// Missing and extra files are listed by their paths, and the rest is paired.
  @Test(arguments: Layout.all) func issuesAreListed(layout: Layout) throws {
    try withTree(layout) { tree in
      try tree.writePicture("without-mask", Self.size)
      try tree.writeMask("without-picture", Self.size)
      let dataset = try Dataset(folder: FilePath(tree.folder))
      #expect(dataset.items.map(\.stem) == ["a", "b", "c"])
      #expect(
        dataset.issues.map { "\($0.kind) \($0.path)" } == [
          "missing \(tree.mask("without-picture"))", "extra \(tree.picture("without-mask"))",
        ])
      #expect(dataset.issues.allSatisfy { !$0.description.contains("\n") })
    }
  }

  /// Two files of one stem, and u2cl's own `STEM.mask.png`.
  @Test func stems() throws {
    try withTree(Layout.all[4]) { tree in
      try FileManager.default.copyItem(atPath: tree.picture("a"), toPath: "\(tree.images)/a.png")
      try FileManager.default.moveItem(atPath: tree.picture("b"), toPath: "\(tree.images)/b.mask.png")
      let dataset = try Dataset(folder: FilePath(tree.folder))
      #expect(dataset.items.map(\.stem) == ["a", "b", "c"])
      #expect(dataset.issues.count == 1 && dataset.issues.first?.description.contains("shares its stem") == true)
    }
  }

  /// Pictures are found by their names and by their content; what is left out is counted, but for documents.
  @Test func everyFileIsAccountedFor() throws {
    try withTree(Layout.all[4]) { tree in
      try FileManager.default.moveItem(atPath: tree.picture("a"), toPath: "\(tree.images)/a")
      try FileManager.default.moveItem(atPath: tree.picture("b"), toPath: "\(tree.images)/b.BMP")
      for name in ["c.tga", "d.TGA", "e.npy", "notes.json", "noise"] {
        try Data("x".utf8).write(to: URL(fileURLWithPath: "\(tree.images)/\(name)"))
      }
      let dataset = try Dataset(folder: FilePath(tree.folder))
      #expect(dataset.items.map(\.stem) == ["a", "b", "c"] && dataset.issues.isEmpty)
      #expect(
        dataset.unread.map(\.description) == [
          "\(tree.images): 1 file without extension is not read", "\(tree.images): 1 .npy file is not read",
          "\(tree.images): 2 .tga files are not read",
        ])
    }
  }
}
