import ArgumentParser
import Pictures
import Tensors
import U2Net

/// The format of the frames of a stream: rows of interleaved bytes without padding.
struct FrameFormat: Sendable {
  /// The pixel formats, by ffmpeg's names.
  enum Pixel: String, CaseIterable, ExpressibleByArgument, Sendable {
    case rgb24, rgba, gray

    var byteCount: Int {
      switch self {
      case .rgb24: 3
      case .rgba: 4
      case .gray: 1
      }
    }
  }

  let size: Size
  let pixel: Pixel

  /// The number of bytes of a frame.
  var byteCount: Int { size.height * size.width * pixel.byteCount }

  /// The picture of a frame.
  func picture(of frame: [UInt8]) -> Picture {
    switch pixel {
    case .rgb24: Picture(size: size, hasAlpha: false, samples: .bits8(frame))
    case .rgba: Picture(size: size, hasAlpha: true, samples: .bits8(frame))
    case .gray: Picture(size: size, hasAlpha: false, samples: .bits8(Self.rgb(ofGrey: frame)))
    }
  }

  private static func rgb(ofGrey grey: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 3 * grey.count) { rgb, initialized in
      for (pixel, value) in grey.enumerated() {
        for channel in 0..<3 { rgb.initializeElement(at: 3 * pixel + channel, to: value) }
      }
      initialized = 3 * grey.count
    }
  }

  /// Whether a frame looks as if width and height had been exchanged: pixels resemble those that lie `height` pixels on
  /// far more than those that lie `width` pixels on.
  func looksTurned(_ frame: [UInt8]) -> Bool {
    guard size.width != size.height, min(size.width, size.height) > 8 else { return false }
    let (asTold, turned) = (change(of: frame, over: size.width), change(of: frame, over: size.height))
    return asTold > 6 && 2 * turned < asTold
  }

  /// The mean change over so many pixels, in levels.
  private func change(of frame: [UInt8], over pixels: Int) -> Double {
    let (step, count) = (pixels * pixel.byteCount, frame.count)
    var sum = 0
    for index in stride(from: 0, to: count - step, by: pixel.byteCount) {
      sum &+= abs(Int(frame[index]) &- Int(frame[index + step]))
    }
    return Double(sum) / Double(max(1, (count - step) / pixel.byteCount))
  }
}
