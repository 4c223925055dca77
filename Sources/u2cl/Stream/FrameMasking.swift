import Host
import Pictures
import Pipelines
import U2Net

typealias FramePipeline = DetectionSetup.Line<[UInt8], MaskedFrame>

/// Masks frames, several at a time.
struct FrameMasking {
  let detection: DetectionSetup
  let batch: Int
  /// Makes the picture of a frame.
  let picture: @Sendable ([UInt8]) -> Picture

  /// Runs until no frame is left, or until the stop signal is given.
  ///
  /// - Parameters:
  ///   - next: returns the next frame, nil at the end; called on a thread of its own.
  ///   - deliver: receives the masked frames in order, up to the first failure.
  /// - Throws: that failure.
  func run(
    stop: StopSignal, next: @escaping @Sendable () -> [UInt8]?, deliver: (MaskedFrame) throws(Failure) -> Void
  ) throws(Failure) {
    var limits = FramePipeline.Limits(threads: Host.threadCount)
    limits.batch = batch
    limits.patience = .seconds(1)
    let pipeline = FramePipeline(
      limits: limits,
      load: { [picture] frame, _ in .success(DecodedPicture(picture: picture(frame), duration: .zero)) },
      devices: detection.devices(),
      store: { frame, found in
        Result { () throws(Failure) in
          MaskedFrame(
            frame: frame, picture: found.picture, mask: try found.mask(), confidence: found.confidence)
        }
      })
    var failure: Failure?
    pipeline.run(stop: stop, next: next) { _, result in
      guard failure == nil else { return }
      do throws(Failure) { try deliver(try result.get()) } catch {
        failure = error
        stop.request()
      }
    }
    if let failure { throw failure }
  }
}
