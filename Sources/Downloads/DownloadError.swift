/// Why a file was not downloaded.
public enum DownloadError: Error, Hashable, Sendable {
  /// libcurl is not installed.
  case noLibrary
  /// The text is neither an `https://` or `http://` address nor a path.
  case address(String)
  /// The server answered with an error, such as 404.
  case refused(address: WebAddress, status: Int)
  /// The transfer could not begin, stalled, or broke off.
  case transfer(address: WebAddress, reason: String)
  /// The file has another size, in bytes, than the one that was published.
  case size(source: String, found: Int, expected: Int)
  /// The file has another checksum than the one that was published.
  case checksum(source: String, found: Checksum, expected: Checksum)
  /// The file to copy cannot be read.
  case input(path: String, reason: String)
  /// The file cannot be written.
  case output(path: String, reason: String)
  /// The disk has too little room for the file; sizes are in bytes.
  case noRoom(folder: String, needed: Int, free: Int)
  /// The task was cancelled.
  case cancelled
}

extension DownloadError: CustomStringConvertible {
  /// Where, what and what to do, on one line.
  public var description: String {
    switch self {
    case .noLibrary:
      "downloads need libcurl, which is not installed: install it (Debian: apt-get install libcurl4), or name a file "
        + "on this machine"
    case .address(let text): "'\(text)' is neither an https:// or http:// address nor a file's path"
    case .refused(let address, let status):
      "\(address): the server answered \(status)\(Self.meaning(of: status)); check the address, or give another source"
    case .transfer(let address, let reason):
      "\(address): \(reason); check the network, or give another source (U2CL_MIRROR names a server for all models)"
    case .size(let source, let found, let expected):
      "\(source): it has \(found) bytes, but the published file has \(expected); it was not kept"
    case .checksum(let source, let found, let expected):
      "\(source): its \(found) is not the published file's \(expected.digits); it was not kept"
    case .input(let path, let reason): "\(path): it cannot be read (\(reason)); check the path"
    case .output(let path, let reason): "\(path): it cannot be written (\(reason)); nothing was installed"
    case .noRoom(let folder, let needed, let free):
      "\(folder): there is no room: \(needed) bytes are needed, but only \(free) are free"
    case .cancelled: "the download was cancelled"
    }
  }

  private static func meaning(of status: Int) -> String {
    switch status {
    case 401, 403: ", not allowed"
    case 404, 410: ", not found"
    case 429: ", too many requests"
    case 500...: ", an error of the server"
    default: ""
    }
  }
}
