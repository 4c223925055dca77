/// Results that a device is still computing: `SaliencyDetector.submit`.
///
/// Not Sendable, because the detector that computes the results is not.
public final class Pending<Results> {
  private let body: () throws -> Results

  /// - Parameter body: waits for the results; called each time they are requested.
  init(_ body: @escaping () throws -> Results) { self.body = body }

  /// Waits for the results. If the device has failed in the meantime, they are computed again.
  public func results() throws(Failure) -> Results { try asFailure(body) }

  /// Waits for the results and keeps the error as the device reported it.
  func wait() throws -> Results { try body() }

  /// The results after a transformation, which runs once they are there.
  func map<Others>(_ transform: @escaping (Results) throws -> Others) -> Pending<Others> {
    Pending<Others> { [body] in try transform(body()) }
  }
}
