import FoundationEssentials
import Pictures

/// Pictures (or maps made elsewhere) and their ground truth, matched by the stems of their names.
public struct Dataset: Sendable {
  /// One picture or map and its mask.
  public struct Item: Sendable, Hashable {
    /// What both files are called, without extension.
    public let stem: String
    /// The picture's or the map's path.
    public let input: String
    /// The ground truth's path.
    public let mask: String
  }

  /// Something that keeps a pair from being scored.
  public struct Issue: Sendable, Hashable, Codable {
    /// What is wrong.
    public enum Kind: String, Sendable, Codable, CaseIterable {
      /// A mask has no picture or no map.
      case missing
      /// A picture or a map has no mask, or shares its stem with another.
      case extra
      /// A file is not a sound picture.
      case unreadable
      /// The two sizes differ.
      case wrongSize
    }

    /// What is wrong.
    public let kind: Kind
    /// The file.
    public let path: String
    /// One line for people.
    public let description: String

    /// A flaw of a file.
    public init(_ kind: Kind, path: String, _ description: String) {
      self.kind = kind
      self.path = path
      self.description = description.oneLine
    }
  }

  /// What it is called: a known benchmark where the path says so, else its folder.
  public let name: String
  /// The benchmark, where its name is in the path.
  public let benchmark: Benchmark?
  /// The pairs, sorted by stem.
  public private(set) var items: [Item]
  /// Files that are in no pair.
  public let flaws: [Issue]

  /// The pairs of two folders; the same folder twice where pictures are JPEG and masks PNG.
  ///
  /// - Throws: `Failure` where a folder cannot be read or not one pair is found.
  public init(inputs: String, masks: String, name: String? = nil) throws(Failure) {
    let isOneFolder = inputs == masks
    try self.init(
      inputFiles: Self.pictures(in: inputs).filter { !isOneFolder || Self.isJPEG($0) }, of: inputs,
      maskFiles: Self.pictures(in: masks).filter { !isOneFolder || !Self.isJPEG($0) }, of: masks, name: name)
  }

  /// The pairs of a data set in any layout that is known: see `DatasetLayout`.
  public init(folder: String, name: String? = nil) throws(Failure) {
    let layout = try DatasetLayout(of: folder)
    try self.init(inputs: layout.images, masks: layout.masks, name: name)
  }

  /// Maps made elsewhere, with the masks of a data set.
  ///
  /// - Parameter isPartial: whether maps without a mask are no flaw, because the data set is cut short.
  public init(maps: String, maskedAs truth: Dataset, isPartial: Bool = false) throws(Failure) {
    let stems = Set(truth.items.flatMap { [$0.stem, $0.stem + ".mask"] })
    try self.init(
      inputFiles: Self.pictures(in: maps).filter { !isPartial || stems.contains($0.fileStem) }, of: maps,
      maskFiles: truth.items.map(\.mask), of: truth.name, name: truth.name)
  }

  private init(
    inputFiles: [String], of inputs: String, maskFiles: [String], of masks: String, name: String?
  ) throws(Failure) {
    var flaws: [Issue] = []
    let byStem = Self.byStem(inputFiles, &flaws)
    let masksByStem = Self.byStem(maskFiles, &flaws).sorted { $0.key < $1.key }
    // u2cl's own masks of photo.jpg are called photo.mask.png.
    func input(of stem: String) -> String? { byStem[stem] ?? byStem[stem + ".mask"] }
    items = masksByStem.compactMap { stem, mask in
      input(of: stem).map { Item(stem: stem, input: $0, mask: mask) }
    }
    flaws += masksByStem.filter { input(of: $0.key) == nil }.map { _, mask in
      Issue(.missing, path: mask, "\(mask) has no counterpart in \(inputs)")
    }
    let used = Set(items.map(\.input))
    flaws += byStem.values.sorted().filter { !used.contains($0) }.map { file in
      Issue(.extra, path: file, "\(file) has no mask in \(masks)")
    }
    self.flaws = flaws
    benchmark = name.flatMap(Benchmark.init(path:)) ?? maskFiles.first.flatMap(Benchmark.init(path:))
    self.name = name ?? benchmark?.rawValue ?? masks
    guard !items.isEmpty else {
      throw Failure(.file, "no file of \(inputs) has a mask of its name in \(masks); check the two folders")
    }
  }

  /// The first `count` pairs only.
  public mutating func limit(to count: Int) { items = Array(items.prefix(count)) }

  private static func isJPEG(_ path: String) -> Bool {
    [".jpg", ".jpeg"].contains { path.lowercased().hasSuffix($0) }
  }

  private static func byStem(_ files: [String], _ flaws: inout [Issue]) -> [String: String] {
    var result: [String: String] = [:]
    for file in files {
      if let other = result[file.fileStem] {
        flaws.append(Issue(.extra, path: file, "\(file) shares its stem with \(other)"))
      } else {
        result[file.fileStem] = file
      }
    }
    return result
  }

  /// The paths of the files that are called as pictures are, sorted.
  private static func pictures(in folder: String) throws(Failure) -> [String] {
    let suffixes = [".png", ".jpg", ".jpeg", ".webp"]
    return try DatasetLayout.names(in: folder).filter { name in
      !name.hasPrefix(".") && suffixes.contains { name.lowercased().hasSuffix($0) }
    }.map { "\(folder)/\($0)" }
  }
}

/// Where a data set keeps its pictures and its masks.
struct DatasetLayout {
  let images: String
  let masks: String

  /// The names of the two folders, as the data sets come; without regard to case.
  private static let known = [
    ("images", "masks"), ("images", "ground_truth_mask"), ("images", "gt"), ("image", "gt"), ("image", "mask"),
    ("image", "masks"), ("imgs", "gt"), ("imgs", "masks"), ("duts-te-image", "duts-te-mask"),
    ("duts-tr-image", "duts-tr-mask"), ("dut-omron-image", "pixelwisegt-new-png"), ("imgs", "imgs"),
  ]

  /// Finds the layout of a folder, or of the one data set in it.
  init(of folder: String) throws(Failure) {
    let folder = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    if let found = try Self.find(in: folder) {
      self = found
      return
    }
    // An archive often holds one folder of its own name, such as DUTS-TE/DUTS-TE/….
    let inner = try Self.names(in: folder).filter { !$0.hasPrefix(".") && Self.isFolder("\(folder)/\($0)") }
    if inner.count == 1, let found = try Self.find(in: "\(folder)/\(inner[0])") {
      self = found
      return
    }
    throw Failure(
      .file,
      "\(folder) is in no layout that is known (images and masks, Imgs, Image and GT, …); use --images and --masks"
    )
  }

  private init(images: String, masks: String) {
    self.images = images
    self.masks = masks
  }

  private static func find(in folder: String) throws(Failure) -> DatasetLayout? {
    let names = try names(in: folder)
    func subfolder(_ wanted: String) -> String? {
      names.first { $0.lowercased() == wanted && isFolder("\(folder)/\($0)") }.map { "\(folder)/\($0)" }
    }
    for (images, masks) in known {
      if let images = subfolder(images), let masks = subfolder(masks) {
        return DatasetLayout(images: images, masks: masks)
      }
    }
    // Pictures and masks side by side.
    let lower = names.map { $0.lowercased() }
    let isMixed = lower.contains { $0.hasSuffix(".jpg") } && lower.contains { $0.hasSuffix(".png") }
    return isMixed ? DatasetLayout(images: folder, masks: folder) : nil
  }

  /// What a folder holds, sorted.
  static func names(in folder: String) throws(Failure) -> [String] {
    guard isFolder(folder) else { throw Failure(.file, "there is no folder \(folder); check the path") }
    do { return try FileManager.default.contentsOfDirectory(atPath: folder).sorted() } catch {
      throw Failure(.file, "\(folder) cannot be read; check its permissions")
    }
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
  }
}
