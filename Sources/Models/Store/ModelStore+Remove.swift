import Files

extension ModelStore {
  /// Removes the files of a model, and the parts that interrupted pulls have left, from the store's own folder.
  ///
  /// - Returns: the paths of the removed files.
  /// - Throws: `Failure` if there is nothing to remove, or if a file cannot be removed.
  public func remove(_ name: String) throws(Failure) -> [String] {
    guard !name.contains("/") else { throw notInstalled(name) }
    let files = Self.extensions.map { "\(name).\($0)" }
    let paths = files.map { "\(folder)/\($0)" }.filter(Self.isFile) + files.flatMap(remnants)
    guard !paths.isEmpty else {
      guard let other = installedFile(name) else { throw notInstalled(name) }
      throw Failure(.model, "\(other) lies in another program's folder, which is left alone; remove it there")
    }
    for path in paths where !FilePath(path).remove() {
      throw Failure(.file, "\(path) cannot be removed; check the permissions of its folder")
    }
    return paths
  }
}
