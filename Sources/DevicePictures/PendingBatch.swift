import OpenCL

/// A batch on its way through a lane, whose memory it must leave before the next may come.
protocol PendingBatch: AnyObject {
  /// Waits, and takes what came out of the lane's memory.
  func land() throws
}
