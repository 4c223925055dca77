public import Pictures

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

/// What a detector computes for each picture: `.maps`, `.masks` or `.refinedMattes`. The less is requested, the more of
/// it is done on the device.
public struct RequestedOutput<Output: Sendable>: Sendable {
  /// Sends pictures on their way, in batches.
  let begin: @Sendable (SaliencyDetector, [Picture]) throws -> [Pending<[Output]>]
}

extension RequestedOutput where Output == Detection {
  /// Every map that the detector computes.
  public static var maps: RequestedOutput { RequestedOutput { try $0.beginMaps($1) } }

  /// The first map with a matte of refined edges, which the device computes if it can:
  /// `Detection.matte(of:edges:background:)` returns that matte for `.refined`. Other edges are computed by the host.
  public static var refinedMattes: RequestedOutput { RequestedOutput { try $0.beginRefining($1) } }
}

extension RequestedOutput where Output == Mask {
  /// The masks alone, which the device makes if it can.
  public static var masks: RequestedOutput { RequestedOutput { try $0.beginMasks($1) } }
}
