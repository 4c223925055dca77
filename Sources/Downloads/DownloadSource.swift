internal import Files
internal import FoundationEssentials

/// Where to get a file from.
public enum DownloadSource: Hashable, Sendable {
  /// A server.
  case web(WebAddress)
  /// A file on this machine.
  case file(String)

  /// A source as people write it: an `https://`, `http://` or `file://` address, or a path.
  ///
  /// - Parameters:
  ///   - text: the address or path.
  ///   - fileName: the file to take if `text` names a folder or is an address that ends with a slash.
  /// - Throws: `DownloadError.address` for another scheme, such as `ftp://`.
  public init(_ text: String, fileName: String) throws(DownloadError) {
    if let address = WebAddress(text) {
      self = .web(text.hasSuffix("/") ? address.appending(fileName) : address)
      return
    }
    let local = text.lowercased().hasPrefix("file://") ? URL(string: text)?.path : nil
    guard let path = local ?? (text.contains("://") || text.isEmpty ? nil : text) else { throw .address(text) }
    self = .file(FilePath(path).isFolder ? path + (path.hasSuffix("/") ? "" : "/") + fileName : path)
  }
}
