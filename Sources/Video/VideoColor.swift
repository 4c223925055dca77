package import Tensors

/// How samples of luma and chroma stand for colours.
package struct VideoColor: Hashable, Sendable {
  /// The matrices between R′G′B′ and Y′CbCr.
  package enum Matrix: String, CaseIterable, Hashable, Sendable {
    /// ITU-R BT.601, of standard definition.
    case bt601
    /// ITU-R BT.709, of high definition.
    case bt709
    /// ITU-R BT.2020 with non-constant luminance, of ultra-high definition and HDR.
    case bt2020

    /// The matrix that players assume where a video states none: BT.709 from 1280×720 on, BT.601 below.
    package init(assumedFor size: Size) {
      self = max(size.width, size.height) >= 1280 || min(size.width, size.height) >= 720 ? .bt709 : .bt601
    }

    /// The weights of red and blue in luma.
    var weights: (red: Double, blue: Double) {
      switch self {
      case .bt601: (0.299, 0.114)
      case .bt709: (0.2126, 0.0722)
      case .bt2020: (0.2627, 0.0593)
      }
    }
  }

  /// Nil if the video states none.
  package var matrix: Matrix?
  /// Whether luma goes from 0 to 255 in 8 bits, and not from 16 to 235.
  package var isFullRange = false
  /// The numbers by which ITU-T H.273 and Matroska call what the video states of its matrix, its transfer function and
  /// its primaries; nil for what it does not state. They are passed on.
  package var tags = Tags()

  /// Numbers of ITU-T H.273.
  package struct Tags: Hashable, Sendable {
    package var matrix: Int?
    package var transfer: Int?
    package var primaries: Int?

    package init() {}
  }

  package init() {}
}

/// The conversion between 8-bit RGB and samples of luma and chroma.
package struct ColorConversion: Sendable {
  /// Numbers in units of 2⁻¹⁶; those of chroma are for samples that are multiplied by 16.
  struct Factors: Sendable {
    let black: Int32
    let luma: Int32
    let redFromCr: Int32
    let greenFromCb: Int32
    let greenFromCr: Int32
    let blueFromCb: Int32
  }

  let factors: Factors
  private let weights: (red: Double, blue: Double)
  private let isFullRange: Bool

  /// - Parameter matrix: the matrix, in place of the one that the video states.
  package init(_ color: VideoColor, size: Size, matrix: VideoColor.Matrix? = nil) {
    weights = (matrix ?? color.matrix ?? .init(assumedFor: size)).weights
    isFullRange = color.isFullRange
    let (red, blue) = weights
    let green = 1 - red - blue
    let luma = isFullRange ? 1 : 255.0 / 219
    let chroma = (isFullRange ? 1 : 255.0 / 224) / 16
    func fixed(_ value: Double) -> Int32 { Int32((value * 65536).rounded()) }
    factors = Factors(
      black: isFullRange ? 0 : 16, luma: fixed(luma), redFromCr: fixed(2 * (1 - red) * chroma),
      greenFromCb: fixed(-2 * blue * (1 - blue) / green * chroma),
      greenFromCr: fixed(-2 * red * (1 - red) / green * chroma), blueFromCb: fixed(2 * (1 - blue) * chroma))
  }

  /// The luma and the chroma of a colour, in samples of so many bits.
  package func samples(red: UInt8, green: UInt8, blue: UInt8, depth: Int) -> [Int] {
    let (r, g, b) = (Double(red) / 255, Double(green) / 255, Double(blue) / 255)
    let luma = weights.red * r + weights.blue * b + (1 - weights.red - weights.blue) * g
    let (cb, cr) = ((b - luma) / (2 * (1 - weights.blue)), (r - luma) / (2 * (1 - weights.red)))
    let (unit, most) = (Double(1 << (depth - 8)), (1 << depth) - 1)
    let values =
      isFullRange
      ? [luma * Double(most), cb * Double(most) + 128 * unit, cr * Double(most) + 128 * unit]
      : [(16 + 219 * luma) * unit, (128 + 224 * cb) * unit, (128 + 224 * cr) * unit]
    return values.map { min(max(Int($0.rounded()), 0), most) }
  }
}
