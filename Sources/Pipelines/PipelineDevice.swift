/// A device of a pipeline. It computes batches in two steps, so that the next batch is sent while one is computed.
///
/// A pipeline makes, uses and releases a device on one thread. It has at most two batches in flight, and finishes them
/// in the order in which it began them.
package protocol PipelineDevice<Loaded, Computed, Problem> {
  /// What a batch consists of.
  associatedtype Loaded
  /// What the device makes of each part of a batch.
  associatedtype Computed
  /// Why something could not be computed.
  associatedtype Problem: Error
  /// A batch in flight.
  associatedtype InFlight

  /// Sends a batch on its way and returns at once. A problem is reported by `finish`.
  func begin(_ batch: [Loaded]) -> InFlight

  /// Waits for the results of a batch.
  ///
  /// - Returns: a result for each part of the batch, in order.
  /// - Throws: why the device is lost: it is not used again.
  func finish(_ batch: InFlight) throws(Problem) -> [Result<Computed, Problem>]
}
