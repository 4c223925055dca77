public import Files

/// Where to get a file from.
public enum DownloadSource: Hashable, Sendable {
  /// A server.
  case web(WebAddress)
  /// A file on this machine.
  case file(FilePath)

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
    guard let path = Self.localPath(text) ?? (text.contains("://") || text.isEmpty ? nil : FilePath(text)) else {
      throw .address(text)
    }
    self = .file(path.isFolder ? path.appending(FilePath(fileName)) : path)
  }

  /// The path in a `file://` address, whose `%XX` stand for bytes; nil for anything else.
  private static func localPath(_ text: String) -> FilePath? {
    let scheme = "file://"
    guard text.lowercased().hasPrefix(scheme) else { return nil }
    let bytes = text.utf8.dropFirst(scheme.utf8.count).drop { $0 != UInt8(ascii: "/") }
    var rest = bytes.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
    var path: [UInt8] = []
    while let byte = rest.popFirst() {
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      if byte == UInt8(ascii: "%"), digits.allSatisfy(\.isHexDigit), let value = UInt8(digits, radix: 16),
        digits.count == 2
      {
        path.append(value)
        rest = rest.dropFirst(2)
      } else {
        path.append(byte)
      }
    }
    return FilePath(bytes: path)
  }
}
