import Host
import Pictures
import Pipelines
import StageTiming
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
      load: { [picture] frame, _ in
        let picture = Stage.decode.measure(bytes: { frame.count + $0.byteCount }) { picture(frame) }
        return .success(DecodedPicture(picture: picture, duration: .zero))
      },
      devices: detection.devices(),
      store: { frame, found in
        Result { () throws(Failure) in
          let mask = try Stage.refine.measure(bytes: \.pixels.count) { () throws(Failure) in try found.mask() }
          return MaskedFrame(frame: frame, picture: found.picture, mask: mask, confidence: found.confidence)
        }
      })
    var failure: Failure?
    let read: @Sendable () -> [UInt8]? = { Stage.read.measure(bytes: { $0?.count ?? 0 }) { next() } }
    pipeline.run(stop: stop, next: read) { _, result in
      guard failure == nil else { return }
      do throws(Failure) { try deliver(try result.get()) } catch {
        failure = error
        stop.request()
      }
    }
    if let failure { throw failure }
  }
}
