import ArgumentParser
import Pictures
import Tensors
import U2Net

/// What is written for each frame.
enum FrameOutput: String, CaseIterable, ExpressibleByArgument, Sendable {
  /// The mask, one byte per pixel.
  case mask
  /// The colours of the frame with the mask as straight alpha.
  case rgba
  /// The frame laid over the background, three bytes per pixel.
  case composite
}

/// Turns masked frames into the bytes that are written.
struct FrameWriter {
  private let output: FrameOutput
  private let background: Color
  private let isInverted: Bool
  private var smoothing: TemporalSmoothing?
  /// The number of frames so far.
  private(set) var count = 0
  /// The number of frames in which nothing stands out.
  private(set) var emptyCount = 0

  /// - Parameters:
  ///   - strength: how strongly masks are smoothed over time, 0 … 1.
  ///   - isInverted: whether the background is kept instead of the subject.
  init(output: FrameOutput, background: Color, smoothing strength: Double, isInverted: Bool) {
    self.isInverted = isInverted
    self.output = output
    self.background = background
    smoothing = strength > 0 ? TemporalSmoothing(strength: strength) : nil
  }

  /// The bytes of the next frame.
  mutating func bytes(of frame: MaskedFrame) throws(Failure) -> [UInt8] {
    count += 1
    if frame.confidence?.standsOut == false { emptyCount += 1 }
    var mask = smoothing?.smooth(frame.mask, of: frame.picture) ?? frame.mask
    if isInverted { mask = mask.inverted }
    switch output {
    case .mask: return mask.pixels
    case .rgba: return frame.picture.cutOut(by: mask).bytes
    case .composite: return frame.picture.cutOut(by: mask).flattened(over: background).bytes
    }
  }
}

extension Picture {
  /// The samples of an 8-bit picture.
  fileprivate var bytes: [UInt8] { samples8 }

  /// The picture with the product of a mask and its own alpha as alpha.
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
