package import Files

/// Why a data set could not be found.
package enum DatasetError: Error, Hashable, CustomStringConvertible {
  /// There is no such folder.
  case noFolder(FilePath)
  /// The folder cannot be read.
  case unreadableFolder(FilePath)
  /// The folder has none of the known layouts.
  case unknownLayout(FilePath)
  /// No file of the first folder has a mask with its name in the second.
  ///
  /// `unread` says which files of the folders are in no format that is read.
  case noPairs(inputs: String, masks: String, unread: [String])

  /// What is wrong, and where; one line.
  package var description: String {
    switch self {
    case .noFolder(let folder): "there is no folder \(folder); check the path"
    case .unreadableFolder(let folder): "\(folder) cannot be read; check its permissions"
    case .unknownLayout(let folder):
      "\(folder) is in no layout that is known (images and masks, Imgs, Image and GT, …)"
    case .noPairs(let inputs, let masks, let unread):
      "no file of \(inputs) has a mask of its name in \(masks)"
        + (unread.isEmpty ? "; check the two folders" : " (\(unread.joined(separator: "; "))); convert them to PNG")
    }
  }
}
