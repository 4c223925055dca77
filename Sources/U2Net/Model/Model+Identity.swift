import FoundationEssentials

extension Model {
  /// What sets it apart from other models without reading it: its file's path, size and time, or its name.
  var identity: String {
    guard let path, let attributes = try? FileManager.default.attributesOfItem(atPath: path) else {
      return "\(u2clVersion) \(name)"
    }
    let (size, date) = (attributes[.size], attributes[.modificationDate])
    return "\(path) \(String(describing: size)) \(String(describing: date))"
  }
}
