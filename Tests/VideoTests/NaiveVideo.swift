import Tensors
import Video

/// Frames and conversions as their definitions say, in `Double`.
enum NaiveVideo {
  static let layouts: [PixelLayout] = [
    PixelLayout(.both, siting: .center), PixelLayout(.both, siting: .left), PixelLayout(.both, siting: .topLeft),
    PixelLayout(.half), PixelLayout(.quarter), PixelLayout(.full), PixelLayout(.mono),
    PixelLayout(.full, hasAlpha: true),
    PixelLayout(.both, siting: .left, depth: 10), PixelLayout(.full, depth: 12), PixelLayout(.half, depth: 16),
  ]

  /// The samples of each plane of a frame.
  static func planes(_ frame: [UInt8], _ format: VideoFormat) -> [[Int]] {
    let bytes = format.layout.sampleBytes
    return format.planes.enumerated().map { index, size in
      let start = format.start(ofPlane: index)
      return (start..<start + size.height * size.width).map { sample in
        bytes == 1 ? Int(frame[sample]) : Int(frame[2 * sample]) | Int(frame[2 * sample + 1]) << 8
      }
    }
  }

  /// Where luma pixel `position` lies between the samples of a plane of chroma, along one axis.
  static func place(_ position: Int, _ scale: Int, isCentered: Bool, count: Int) -> Double {
    let exact = isCentered ? (Double(position) + 0.5) / Double(scale) - 0.5 : Double(position) / Double(scale)
    return min(max(exact, 0), Double(count - 1))
  }

  /// Chroma at a luma pixel, interpolated between its samples.
  static func chroma(_ plane: [Int], _ format: VideoFormat, _ y: Int, _ x: Int) -> Double {
    let (size, layout) = (format.chromaSize, format.layout)
    let scale = [.half: 2, .both: 2, .quarter: 4][layout.subsampling] ?? 1
    let isCentered = layout.siting == .center && layout.subsampling == .both
    let column = place(x, scale, isCentered: isCentered, count: size.width)
    let row =
      layout.subsampling == .both
      ? place(y, 2, isCentered: layout.siting != .topLeft, count: size.height) : Double(y)
    let (top, left) = (Int(row), Int(column))
    let (bottom, right) = (min(top + 1, size.height - 1), min(left + 1, size.width - 1))
    let (v, h) = (row - Double(top), column - Double(left))
    func at(_ y: Int, _ x: Int) -> Double { Double(plane[y * size.width + x]) }
    let above = (1 - h) * at(top, left) + h * at(top, right)
    return (1 - v) * above + v * ((1 - h) * at(bottom, left) + h * at(bottom, right))
  }

  /// Red, green and blue, 0 … 255, of samples in the range of 8 bits.
  static func rgb(_ y: Double, _ cb: Double, _ cr: Double, _ matrix: VideoColor.Matrix, isFullRange: Bool) -> [Double] {
    let weights: (Double, Double) =
      switch matrix {
      case .bt601: (0.299, 0.114)
      case .bt709: (0.2126, 0.0722)
      case .bt2020: (0.2627, 0.0593)
      }
    let (red, blue) = weights
    let luma = isFullRange ? y / 255 : (y - 16) / 219
    let (b, r) = ((cb - 128) / (isFullRange ? 255 : 224), (cr - 128) / (isFullRange ? 255 : 224))
    let (redValue, blueValue) = (luma + 2 * (1 - red) * r, luma + 2 * (1 - blue) * b)
    let green = (luma - red * redValue - blue * blueValue) / (1 - red - blue)
    return [redValue, green, blueValue].map { min(max(255 * $0, 0), 255) }
  }
}
