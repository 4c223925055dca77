/// What becomes of a download, for whoever waits for it.
public enum DownloadEvent: Hashable, Sendable {
  /// Another process is fetching the same file; this one waits until it is done.
  case waiting
  /// More has come.
  case progress(DownloadProgress)
  /// The transfer broke off for this reason and is taken up again.
  case resuming(reason: String)
  /// What an interrupted download had left was not of the file that is wanted, and is fetched again.
  case startingOver
}

/// How far a download is, in bytes.
public struct DownloadProgress: Hashable, Sendable {
  /// What is there.
  public var done: Int
  /// What of that an earlier download had left.
  public var resumed: Int
  /// The size of the file; nil where it is not known.
  public var total: Int?

  /// So far.
  public init(done: Int, resumed: Int, total: Int?) {
    self.done = done
    self.resumed = resumed
    self.total = total
  }
}
