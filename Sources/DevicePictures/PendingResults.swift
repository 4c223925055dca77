import OpenCL

/// What comes of a batch that is on its way through a lane.
package final class PendingResults<Results> {
  private let lane: PictureLane
  /// When the bytes are on the host.
  private let downloaded: Event
  /// Makes the results of the bytes.
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
  /// - Throws: `CLError` where the device failed on the way.
  package func results() throws -> Results {
    if let landed { return landed }
    try downloaded.wait()
    let results = try take(lane.downloaded)
    landed = results
    lane.pending = nil
    return results
  }
}

extension PendingResults: PendingBatch {
  func land() throws { _ = try results() }
}
