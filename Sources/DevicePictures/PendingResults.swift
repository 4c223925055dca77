import OpenCL

/// The results of a batch in flight.
package final class PendingResults<Results> {
  private let lane: PictureLane
  /// Completes when the bytes are on the host.
  private let downloaded: Event
  /// Makes the results from the bytes.
  private let take: (UnsafeRawBufferPointer) throws -> Results
  private var landed: Results?

  init(
    _ lane: PictureLane, downloaded: consuming Event, take: @escaping (UnsafeRawBufferPointer) throws -> Results
  ) {
    self.lane = lane
    self.downloaded = downloaded
    self.take = take
  }

  /// Waits for the results.
  ///
  /// - Throws: `CLError` if the device failed.
  package func results() throws -> Results {
    if let landed { return landed }
    try downloaded.wait()
    let results = try take(lane.downloaded)
    landed = results
    lane.pending = nil
    return results
  }
}

/// A batch in flight, whose results must be taken from a lane's memory before the next batch may use the lane.
protocol PendingBatch: AnyObject {
  /// Waits, and takes the results from the lane's memory.
  func land() throws
}

extension PendingResults: PendingBatch {
  func land() throws { _ = try results() }
}
