package import Pictures
internal import Tensors

/// Makes pictures of a video's frames.
package struct FrameConverter: Sendable {
  private let format: VideoFormat
  /// The same with samples of 8 bits.
  private let shallow: VideoFormat
  private let conversion: ColorConversion

  /// - Parameter matrix: the matrix, in place of the one that the video states.
  package init(_ format: VideoFormat, matrix: VideoColor.Matrix? = nil) {
    self.format = format
    let layout = format.layout
    shallow = format.with(PixelLayout(layout.subsampling, siting: layout.siting, hasAlpha: layout.hasAlpha))
    conversion = ColorConversion(format.color, size: format.size, matrix: matrix)
  }

  /// The picture of a frame, in 8 bits, with straight alpha if the frame has alpha.
  package func picture(of frame: [UInt8]) -> Picture {
    let frame = format.layout.depth > 8 ? narrowed(frame) : frame
    let samples = FramePlanes<UInt8>.with(frame, shallow, interleaved)
    return Picture(size: format.size, hasAlpha: format.layout.hasAlpha, samples: .bits8(samples))
  }

  /// The frame with samples of 8 bits.
  private func narrowed(_ frame: [UInt8]) -> [UInt8] {
    let shift = UInt32(format.layout.depth - 8)
    let half = UInt32(1) << (shift - 1)
    return frame.withUnsafeBytes { bytes in
      let deep = bytes.assumingMemoryBound(to: UInt16.self)
      return [UInt8](unsafeUninitializedCapacity: deep.count) { shallow, initialized in
        for index in 0..<deep.count {
          shallow[index] = UInt8(truncatingIfNeeded: min((UInt32(deep[index]) &+ half) >> shift, 255))
        }
        initialized = deep.count
      }
    }
  }

  private func interleaved(_ planes: FramePlanes<UInt8>) -> [UInt8] {
    let (rows, size) = (ChromaRows(shallow), format.size)
    let channels = format.layout.hasAlpha ? 4 : 3
    let isGrey = format.layout.subsampling == .mono
    let room = rows.paddedWidth + 2 * rows.paddedLumaWidth
    return withUnsafeTemporaryAllocation(of: Int32.self, capacity: room) { room in
      room.initialize(repeating: 16 * 128)
      return [UInt8](unsafeUninitializedCapacity: size.height * size.width * channels) { result, initialized in
        guard let scratch = room.baseAddress, var target = result.baseAddress else { return }
        let (cb, cr) = (scratch + rows.paddedWidth, scratch + rows.paddedWidth + rows.paddedLumaWidth)
        for y in 0..<size.height {
          if !isGrey {
            rows.interpolate(planes.starts[1], luma: y, scratch: scratch, into: cb)
            rows.interpolate(planes.starts[2], luma: y, scratch: scratch, into: cr)
          }
          let luma = planes.starts[0] + y * size.width
          let alpha = channels == 4 ? planes.starts[3] + y * size.width : nil
          convert(luma, cb, cr, alpha, size.width, to: target)
          target += channels * size.width
        }
        initialized = size.height * size.width * channels
      }
    }
  }

  /// Writes the colours of a row, and its alpha if there is one.
  private func convert(
    _ luma: UnsafePointer<UInt8>, _ cb: UnsafePointer<Int32>, _ cr: UnsafePointer<Int32>,
    _ alpha: UnsafePointer<UInt8>?, _ width: Int, to samples: UnsafeMutablePointer<UInt8>
  ) {
    let factors = conversion.factors
    @inline(__always) func write(channels: Int) {
      for x in 0..<width {
        let (red, green, blue) = factors.rgb(luma[x], cb[x], cr[x])
        samples[channels * x] = red
        samples[channels * x + 1] = green
        samples[channels * x + 2] = blue
      }
    }
    guard let alpha else { return write(channels: 3) }
    write(channels: 4)
    for x in 0..<width { samples[4 * x + 3] = alpha[x] }
  }
}

extension ColorConversion.Factors {
  /// The colour of a pixel; chroma is multiplied by 16.
  @inline(__always)
  fileprivate func rgb(_ luma: UInt8, _ cb: Int32, _ cr: Int32) -> (UInt8, UInt8, UInt8) {
    let base = (Int32(luma) &- black) &* self.luma &+ 1 << 15
    let (b, r) = (cb &- 16 * 128, cr &- 16 * 128)
    return (
      byte(base &+ r &* redFromCr), byte(base &+ b &* greenFromCb &+ r &* greenFromCr), byte(base &+ b &* blueFromCb)
    )
  }

  @inline(__always)
  private func byte(_ value: Int32) -> UInt8 { UInt8(truncatingIfNeeded: min(max(value >> 16, 0), 255)) }
}
