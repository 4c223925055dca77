import ArgumentParser
import Pictures
import StageTiming
import Tensors
import U2Net
import Video

/// What is made of each frame.
enum FrameOutput: String, CaseIterable, ExpressibleByArgument, Sendable {
  /// The mask.
  case mask
  /// The frame with the mask as straight alpha.
  case cutout
  /// The frame laid over the background.
  case composite

  /// Reads a name; `rgba` is what raw cut-outs are called by ffmpeg.
  init?(argument: String) { self.init(rawValue: argument == "rgba" ? "cutout" : argument) }
}

/// A frame, its picture and its mask.
struct MaskedFrame: Sendable {
  let frame: [UInt8]
  let picture: Picture
  let mask: Mask
  /// How sure the network is that something stands out; nil for models with another task.
  let confidence: Confidence?
}

/// Makes the bytes of frames to write.
struct FrameComposer {
  /// What is made, and how.
  struct Style {
    var output: FrameOutput
    var background: Color
    /// From 0 to 1.
    var smoothing: Double
    /// The matrix of colours, in place of the usual one.
    var matrix: VideoColor.Matrix?
    /// Whether the background is kept instead of the subject.
    var isInverted: Bool
  }

  /// The number of frames in which nothing stands out.
  private(set) var emptyCount = 0
  private let isInverted: Bool
  private let output: FrameOutput
  private let background: Color
  private let planes: FrameCompositor?
  private var smoothing: TemporalSmoothing?

  init(_ format: StreamFormat, _ style: Style) {
    (output, background, isInverted) = (style.output, style.background, style.isInverted)
    smoothing = style.smoothing > 0 ? TemporalSmoothing(strength: style.smoothing) : nil
    switch format {
    case .raw: planes = nil
    case .y4m(let header):
      planes = FrameCompositor(header.format, background: style.background, matrix: style.matrix)
    }
  }

  /// The format of what is made of frames of YUV4MPEG2; nil for raw frames.
  var format: VideoFormat? {
    switch output {
    case .mask: planes?.maskFormat
    case .cutout: planes?.cutOutFormat
    case .composite: planes?.compositeFormat
    }
  }

  /// The bytes of the next frame.
  mutating func bytes(of frame: MaskedFrame) -> [UInt8] {
    if frame.confidence?.standsOut == false { emptyCount += 1 }
    return Stage.blend.measure(bytes: { frame.frame.count + frame.mask.pixels.count + $0.count }) { composed(frame) }
  }

  private mutating func composed(_ frame: MaskedFrame) -> [UInt8] {
    let smooth = smoothing?.smooth(frame.mask, of: frame.picture) ?? frame.mask
    let mask = isInverted ? smooth.inverted : smooth
    switch output {
    case .mask: return mask.pixels
    case .cutout:
      return planes?.cutOut(frame.frame, mask) ?? frame.picture.cutOut(by: mask).samples8
    case .composite:
      return planes?.composite(frame.frame, mask)
        ?? frame.picture.cutOut(by: mask).flattened(over: background).samples8
    }
  }
}

extension Picture {
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
