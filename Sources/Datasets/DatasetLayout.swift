import FoundationEssentials

/// The folders of a data set's pictures and masks.
struct DatasetLayout {
  let images: String
  let masks: String

  /// The names of the two folders as the data sets are distributed, in lower case.
  private static let known = [
    ("images", "masks"), ("images", "ground_truth_mask"), ("images", "gt"), ("image", "gt"), ("image", "mask"),
    ("image", "masks"), ("imgs", "gt"), ("imgs", "masks"), ("duts-te-image", "duts-te-mask"),
    ("duts-tr-image", "duts-tr-mask"), ("dut-omron-image", "pixelwisegt-new-png"), ("imgs", "imgs"),
  ]

  /// Finds the layout of a folder, or of the only folder in it.
  ///
  /// - Throws: `DatasetError` if the layout is not known, or if the folder cannot be read.
  init(of folder: String) throws(DatasetError) {
    let folder = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    if let found = try Self.find(in: folder) {
      self = found
      return
    }
    // Archives often contain one folder with their own name, such as DUTS-TE/DUTS-TE/….
    let inner = try Self.names(in: folder).filter { !$0.hasPrefix(".") && Self.isFolder("\(folder)/\($0)") }
    if inner.count == 1, let found = try Self.find(in: "\(folder)/\(inner[0])") {
      self = found
      return
    }
    throw .unknownLayout(folder)
  }

  private init(images: String, masks: String) {
    self.images = images
    self.masks = masks
  }

  private static func find(in folder: String) throws(DatasetError) -> DatasetLayout? {
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

  /// The names of a folder's files, sorted.
  ///
  /// - Throws: `DatasetError` if the folder cannot be read.
  static func names(in folder: String) throws(DatasetError) -> [String] {
    guard isFolder(folder) else { throw .noFolder(folder) }
    do { return try FileManager.default.contentsOfDirectory(atPath: folder).sorted() } catch {
      throw .unreadableFolder(folder)
    }
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
  }
}
