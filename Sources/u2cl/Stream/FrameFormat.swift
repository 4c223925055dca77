import ArgumentParser
import U2Net

/// How frames lie in a stream: rows of interleaved bytes, nothing between them.
struct FrameFormat: Sendable {
  /// What a pixel is, by ffmpeg's names.
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

  /// Bytes of one frame.
  var byteCount: Int { size.height * size.width * pixel.byteCount }

  /// The picture that a frame's bytes are.
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
}
