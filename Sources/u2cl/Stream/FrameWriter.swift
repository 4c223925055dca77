import ArgumentParser
import U2Net

/// What goes out for each frame.
enum FrameOutput: String, CaseIterable, ExpressibleByArgument, Sendable {
  /// The mask: a byte for each pixel.
  case mask
  /// The frame's colours and the mask as alpha, straight.
  case rgba
  /// The frame laid over the background: three bytes for each pixel.
  case composite
}

/// Turns masked frames, one after the other, into the bytes that go out.
struct FrameWriter {
  private let output: FrameOutput
  private let background: Color
  private var smoothing: TemporalSmoothing?
  /// Frames so far.
  private(set) var count = 0

  init(output: FrameOutput, background: Color, smoothing strength: Double) {
    self.output = output
    self.background = background
    smoothing = strength > 0 ? TemporalSmoothing(strength: strength) : nil
  }

  /// The bytes of the next frame.
  mutating func bytes(of frame: MaskedFrame) throws(Failure) -> [UInt8] {
    count += 1
    let mask = smoothing?.smooth(frame.mask, of: frame.picture) ?? frame.mask
    switch output {
    case .mask: return mask.pixels
    case .rgba: return frame.picture.cutOut(by: mask).bytes
    case .composite: return frame.picture.cutOut(by: mask).flattened(over: background).bytes
    }
  }
}

extension Picture {
  /// The samples of a picture of 8 bits.
  fileprivate var bytes: [UInt8] { samples8 }

  /// The picture with a mask as its alpha, times the alpha that it has.
  fileprivate func cutOut(by mask: Mask) -> Picture {
    let (source, count, channels) = (samples8, mask.pixels.count, channels)
    let rgba = [UInt8](unsafeUninitializedCapacity: 4 * count) { rgba, initialized in
      for pixel in 0..<count {
        for channel in 0..<3 {
          rgba.initializeElement(at: 4 * pixel + channel, to: source[channels * pixel + channel])
        }
        let own = channels == 4 ? UInt32(source[4 * pixel + 3]) : 255
        let alpha = (UInt32(mask.pixels[pixel]) * own + 127) / 255
        rgba.initializeElement(at: 4 * pixel + 3, to: UInt8(truncatingIfNeeded: alpha))
      }
      initialized = 4 * count
    }
    return Picture(size: size, hasAlpha: true, samples: .bits8(rgba))
  }
}
