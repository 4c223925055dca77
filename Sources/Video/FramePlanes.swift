internal import Tensors

/// A sample of a plane.
protocol PlaneSample: FixedWidthInteger & UnsignedInteger & Sendable {}

extension UInt8: PlaneSample {}
extension UInt16: PlaneSample {}

/// The planes of a frame in memory.
struct FramePlanes<Sample: PlaneSample> {
  /// Where each plane begins, in the order of `VideoFormat.planes`.
  let starts: [UnsafePointer<Sample>]

  /// Calls `body` with the planes of a frame, whose samples have the size of `Sample`.
  static func with<Result>(_ frame: [UInt8], _ format: VideoFormat, _ body: (FramePlanes) -> Result) -> Result {
    precondition(frame.count == format.byteCount, "\(frame.count) bytes are no frame of \(format.byteCount)")
    precondition(MemoryLayout<Sample>.size == format.layout.sampleBytes, "samples of another size")
    return frame.withUnsafeBytes { bytes in
      let samples = bytes.assumingMemoryBound(to: Sample.self)
      // A frame has at least one sample.
      let start = samples.baseAddress.unsafelyUnwrapped
      return body(FramePlanes(starts: format.planes.indices.map { start + format.start(ofPlane: $0) }))
    }
  }

  /// The bytes of a frame that `fill` writes plane by plane.
  static func made(_ format: VideoFormat, _ fill: ([UnsafeMutablePointer<Sample>]) -> Void) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: format.byteCount) { buffer, initialized in
      let start = UnsafeMutableRawBufferPointer(buffer).assumingMemoryBound(to: Sample.self).baseAddress
      fill(format.planes.indices.map { start.unsafelyUnwrapped + format.start(ofPlane: $0) })
      initialized = format.byteCount
    }
  }
}

extension FixedWidthInteger {
  /// `self · weight / 255 + other · (255 − weight) / 255`, rounded; nothing changes where the weight is 255.
  @inline(__always)
  func mixed(with other: UInt32, weight: UInt8) -> Self {
    let sum = UInt32(truncatingIfNeeded: self) &* UInt32(weight) &+ other &* UInt32(255 &- weight)
    return Self(truncatingIfNeeded: (sum &+ 127) / 255)
  }
}
