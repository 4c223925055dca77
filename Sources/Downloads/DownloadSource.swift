internal import FoundationEssentials

/// Where a file comes from.
public enum DownloadSource: Hashable, Sendable {
  /// From a server.
  case web(WebAddress)
  /// From a file of this machine.
  case file(String)

  /// A source as people write it: an address, a `file://` address, or a path. Where it is a folder, or an address that
  /// ends with a slash, the file of that name in it is meant.
  ///
  /// - Throws: `DownloadError` for an address of another scheme, such as `ftp://`.
  public init(_ text: String, fileName: String) throws(DownloadError) {
    if let address = WebAddress(text) {
      self = .web(text.hasSuffix("/") ? address.appending(fileName) : address)
      return
    }
    let local = text.lowercased().hasPrefix("file://") ? URL(string: text)?.path : nil
    guard let path = local ?? (text.contains("://") || text.isEmpty ? nil : text) else { throw .address(text) }
    var isFolder = false
    let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    self = .file(isThere && isFolder ? path + (path.hasSuffix("/") ? "" : "/") + fileName : path)
  }
}
