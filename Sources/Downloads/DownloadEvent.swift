/// What happens during a download, for a progress display.
public enum DownloadEvent: Hashable, Sendable {
  /// Another process is downloading the same file; this one waits for it.
  case waiting
  /// More bytes have arrived.
  case progress(DownloadProgress)
  /// The transfer broke off for this reason and is being resumed.
  case resuming(reason: String)
  /// The bytes left by an interrupted download do not belong to the wanted file, which is downloaded from the start.
  case startingOver
}

/// The progress of a download, in bytes.
public struct DownloadProgress: Hashable, Sendable {
  /// The bytes that are there.
  public var done: Int
  /// How many of them an earlier download had left.
  public var resumed: Int
  /// The size of the file; nil if it is not known.
  public var total: Int?

  /// A progress of these bytes.
  public init(done: Int, resumed: Int, total: Int?) {
    self.done = done
    self.resumed = resumed
    self.total = total
  }
}
