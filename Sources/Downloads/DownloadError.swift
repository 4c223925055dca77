/// Why a file was not fetched.
public enum DownloadError: Error, Hashable, Sendable {
  /// There is no libcurl on this machine.
  case noLibrary
  /// Neither an `http://` or `https://` address nor a file's path.
  case address(String)
  /// The server answered with an error, such as 404.
  case refused(address: WebAddress, status: Int)
  /// The transfer did not come about, stalled, or broke off.
  case transfer(address: WebAddress, reason: String)
  /// What is offered has another size than the file that is wanted, in bytes.
  case size(source: String, found: Int, expected: Int)
  /// What came is not the file that is wanted.
  case checksum(source: String, found: Checksum, expected: Checksum)
  /// The file to be copied cannot be read.
  case input(path: String, reason: String)
  /// The place where the file should lie cannot be written.
  case output(path: String, reason: String)
  /// There is no room for the file where it should lie, in bytes.
  case noRoom(folder: String, needed: Int, free: Int)
  /// The task was cancelled.
  case cancelled
}

extension DownloadError: CustomStringConvertible {
  /// What, where, and what to do; one line.
  public var description: String {
    switch self {
    case .noLibrary:
      "libcurl is not installed, and downloading needs it: install it (Debian: apt-get install libcurl4), or name a "
        + "file that is here with --from FILE"
    case .address(let text): "'\(text)' is neither an https:// or http:// address nor a file's path"
    case .refused(let address, let status):
      "\(address): the server answered \(status)\(Self.meaning(of: status)); check the address, or name another with --from"
    case .transfer(let address, let reason):
      "\(address): \(reason); check the network, or name another place with --from or U2CL_MIRROR"
    case .size(let source, let found, let expected):
      "\(source): it has \(found) bytes, the published file has \(expected); nothing of it was kept"
    case .checksum(let source, let found, let expected):
      "\(source): its \(found) is not the published file's \(expected.digits); nothing of it was kept"
    case .input(let path, let reason): "\(path): it cannot be read (\(reason)); check the path"
    case .output(let path, let reason): "\(path): it cannot be written (\(reason)); nothing was installed"
    case .noRoom(let folder, let needed, let free):
      "\(folder): there is no room: \(needed) bytes are needed and \(free) are free"
    case .cancelled: "the download was cancelled"
    }
  }

  private static func meaning(of status: Int) -> String {
    switch status {
    case 401, 403: ", not allowed"
    case 404, 410: ", not found"
    case 429: ", too many requests"
    case 500...: ", an error of its own"
    default: ""
    }
  }
}
