package import Files

/// Pictures, or maps from another program, and their ground truth, matched by their names without extension.
package struct Dataset: Sendable {
  /// A picture or map, and its mask.
  package struct Item: Sendable, Hashable {
    /// The name of both files, without extension.
    package let stem: FilePath
    /// The path of the picture or map.
    package let input: FilePath
    /// The path of the ground truth.
    package let mask: FilePath

    /// The pair of two files, whatever their names; its name is that of the picture or map.
    package init(input: FilePath, mask: FilePath) {
      self.init(stem: input.stem, input: input, mask: mask)
    }

    fileprivate init(stem: FilePath, input: FilePath, mask: FilePath) {
      self.stem = stem
      self.input = input
      self.mask = mask
    }
  }

  /// A reason why a pair cannot be scored.
  package struct Issue: Sendable, Hashable, Codable {
    /// The kinds of issues.
    package enum Kind: String, Sendable, Codable, CaseIterable {
      /// A mask has no picture or map.
      case missing
      /// A picture or map has no mask, or has the same name as another.
      case extra
      /// A file cannot be read as a picture.
      case unreadable
      /// The picture or map and its mask differ in size.
      case wrongSize
    }

    /// The kind of the issue.
    package let kind: Kind
    /// The path of the file, as text.
    package let path: String
    /// What is wrong, in one line.
    package let description: String

    /// Creates the issue of a file.
    package init(_ kind: Kind, path: FilePath, _ description: String) {
      self.kind = kind
      self.path = path.string
      self.description = description.printable()
    }
  }

  /// The name: the given one, or that of a benchmark in the path, or else the folder.
  package let name: String
  /// The benchmark whose name is in the path; nil if there is none.
  package let benchmark: Benchmark?
  /// The pairs, sorted by name.
  package private(set) var items: [Item]
  /// The files that are in no pair.
  package let issues: [Issue]
  /// The files of the folders that are in no format that is read.
  package let unread: [UnreadFiles]

  /// Pairs the files of two folders. Give the same folder twice if it holds pictures as JPEG and masks as PNG.
  ///
  /// - Throws: `DatasetError` if a folder cannot be read, or if there is no pair.
  package init(inputs: FilePath, masks: FilePath, name: String? = nil) throws(DatasetError) {
    let isOneFolder = inputs == masks
    let (inputFiles, maskFiles) = (try FolderFiles(in: inputs), try FolderFiles(in: masks))
    try self.init(
      inputFiles: inputFiles.pictures.filter { !isOneFolder || Self.isJPEG($0) }, of: "\(inputs)",
      maskFiles: maskFiles.pictures.filter { !isOneFolder || !Self.isJPEG($0) }, of: "\(masks)", name: name,
      unread: inputFiles.unread + (isOneFolder ? [] : maskFiles.unread))
  }

  /// Finds the pairs of a data set in any of the known layouts; see `DatasetLayout`.
  ///
  /// - Throws: `DatasetError` if the layout is not known, if a folder cannot be read, or if there is no pair.
  package init(folder: FilePath, name: String? = nil) throws(DatasetError) {
    let layout = try DatasetLayout(of: folder)
    try self.init(inputs: layout.images, masks: layout.masks, name: name)
  }

  /// Pairs the maps of another program with the masks of a data set.
  ///
  /// - Parameters:
  ///   - maps: the folder of the maps.
  ///   - truth: the data set with the masks.
  ///   - isPartial: whether maps without a mask are ignored, because the data set is limited.
  /// - Throws: `DatasetError` if the folder cannot be read, or if there is no pair.
  package init(maps: FilePath, maskedAs truth: Dataset, isPartial: Bool = false) throws(DatasetError) {
    let stems = Set(truth.items.flatMap { [$0.stem, $0.stem.adding(suffix: ".mask")] })
    let files = try FolderFiles(in: maps)
    try self.init(
      inputFiles: files.pictures.filter { !isPartial || stems.contains($0.stem) }, of: "\(maps)",
      maskFiles: truth.items.map(\.mask), of: truth.name, name: truth.name, unread: files.unread)
  }

  private init(
    inputFiles: [FilePath], of inputs: String, maskFiles: [FilePath], of masks: String, name: String?,
    unread: [UnreadFiles]
  ) throws(DatasetError) {
    var issues: [Issue] = []
    let byStem = Self.byStem(inputFiles, &issues)
    let masksByStem = Self.byStem(maskFiles, &issues).sorted { $0.key < $1.key }
    // u2cl writes the mask of photo.jpg as photo.mask.png.
    func input(of stem: FilePath) -> FilePath? { byStem[stem] ?? byStem[stem.adding(suffix: ".mask")] }
    items = masksByStem.compactMap { stem, mask in
      input(of: stem).map { Item(stem: stem, input: $0, mask: mask) }
    }
    issues += masksByStem.filter { input(of: $0.key) == nil }.map { _, mask in
      Issue(.missing, path: mask, "\(mask) has no counterpart in \(inputs)")
    }
    let used = Set(items.map(\.input))
    issues += byStem.values.sorted().filter { !used.contains($0) }.map { file in
      Issue(.extra, path: file, "\(file) has no mask in \(masks)")
    }
    self.issues = issues
    self.unread = unread
    benchmark = name.flatMap(Benchmark.init(path:)) ?? maskFiles.first.flatMap { Benchmark(path: $0.string) }
    self.name = name ?? benchmark?.rawValue ?? masks
    guard !items.isEmpty else {
      throw .noPairs(inputs: inputs, masks: masks, unread: unread.map(\.description))
    }
  }

  /// Keeps the first `count` pairs only.
  package mutating func limit(to count: Int) { items = Array(items.prefix(count)) }

  private static func isJPEG(_ path: FilePath) -> Bool {
    [".jpg", ".jpeg", ".jpe", ".jfif"].contains { path.lowercasedASCII.hasSuffix($0) }
  }

  private static func byStem(_ files: [FilePath], _ issues: inout [Issue]) -> [FilePath: FilePath] {
    var result: [FilePath: FilePath] = [:]
    for file in files {
      if let other = result[file.stem] {
        issues.append(Issue(.extra, path: file, "\(file) shares its stem with \(other)"))
      } else {
        result[file.stem] = file
      }
    }
    return result
  }
}
