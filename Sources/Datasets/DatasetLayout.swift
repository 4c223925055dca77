internal import Files

/// The folders of a data set's pictures and masks.
struct DatasetLayout {
  let images: FilePath
  let masks: FilePath

  /// The names of the two folders as the data sets are distributed, in lower case.
  private static let known = [
    ("images", "masks"), ("images", "ground_truth_mask"), ("images", "gt"), ("image", "gt"), ("image", "mask"),
    ("image", "masks"), ("imgs", "gt"), ("imgs", "masks"), ("duts-te-image", "duts-te-mask"),
    ("duts-tr-image", "duts-tr-mask"), ("dut-omron-image", "pixelwisegt-new-png"), ("imgs", "imgs"),
  ]

  /// Finds the layout of a folder, or of the only folder in it.
  ///
  /// - Throws: `DatasetError` if the layout is not known, or if the folder cannot be read.
  init(of folder: FilePath) throws(DatasetError) {
    let folder = folder.bytes.count > 1 && folder.endsWithSlash ? FilePath(bytes: folder.bytes.dropLast()) : folder
    if let found = try Self.find(in: folder) {
      self = found
      return
    }
    // Archives often contain one folder with their own name, such as DUTS-TE/DUTS-TE/….
    let inner = try Self.names(in: folder).filter { !$0.hasPrefix(".") && folder.appending($0).isFolder }
    if inner.count == 1, let found = try Self.find(in: folder.appending(inner[0])) {
      self = found
      return
    }
    throw .unknownLayout(folder)
  }

  private init(images: FilePath, masks: FilePath) {
    self.images = images
    self.masks = masks
  }

  private static func find(in folder: FilePath) throws(DatasetError) -> DatasetLayout? {
    let names = try names(in: folder)
    func subfolder(_ wanted: String) -> FilePath? {
      names.first { $0.lowercasedASCII == FilePath(wanted) && folder.appending($0).isFolder }.map {
        folder.appending($0)
      }
    }
    for (images, masks) in known {
      if let images = subfolder(images), let masks = subfolder(masks) {
        return DatasetLayout(images: images, masks: masks)
      }
    }
    // Pictures and masks side by side.
    let lower = names.map(\.lowercasedASCII)
    func holds(_ endings: [String]) -> Bool { lower.contains { name in endings.contains { name.hasSuffix($0) } } }
    let isMixed = holds([".jpg", ".jpeg"]) && holds([".png", ".bmp", ".gif", ".tif", ".tiff"])
    return isMixed ? DatasetLayout(images: folder, masks: folder) : nil
  }

  /// The names of a folder's files, sorted.
  ///
  /// - Throws: `DatasetError` if the folder cannot be read.
  static func names(in folder: FilePath) throws(DatasetError) -> [FilePath] {
    guard folder.isFolder else { throw .noFolder(folder) }
    do { return try Folder.names(in: folder) } catch {
      throw .unreadableFolder(folder)
    }
  }
}
