internal import CPixels
internal import CPlainPixels
internal import Tensors
internal import TestSupport
internal import Testing

/// The loops compute the same bits with the widest vectors of this processor as with the narrowest.
@Suite struct VectorWidthTests {
  static let sizes = [
    Size(height: 1, width: 1), Size(height: 1, width: 40), Size(height: 40, width: 1), Size(height: 3, width: 5),
    Size(height: 17, width: 33), Size(height: 64, width: 65), Size(height: 71, width: 130),
  ]

  private func floats(_ count: Int, _ generator: inout SeededGenerator) -> [Float] {
    (0..<count).map { _ in Float.random(in: 0...1, using: &generator) }
  }

  /// Alphas of a soft edge: many are 0, many 1, and some between.
  private func alphas(_ count: Int, _ generator: inout SeededGenerator) -> [Float] {
    floats(count, &generator).map { min(1, max(0, 3 * $0 - 1)) }
  }

  @Test(arguments: sizes) func fitsOfTheGuidedFilter(_ size: Size) {
    var generator = SeededGenerator(seed: 1)
    let count = size.height * size.width
    let (mask, guide) = (floats(count, &generator), floats(4 * count, &generator))
    for (radius, wide) in [(2, 4), (1, 4), (3, 1), (5, 6)] {
      let wider = fits(mask, guide, size, radius, wide, u2cl_guided_fits)
      let plain = fits(mask, guide, size, radius, wide, plain_guided_fits)
      #expect(wider == plain, "windows of radius \(radius) and \(wide), seed 1")
    }
  }

  private typealias Fit = (
    UnsafePointer<u2cl_guided_mask>?, UnsafePointer<u2cl_guided_parameters>?, Int, Int, UnsafeMutablePointer<Float>?,
    UnsafeMutablePointer<Float>?, UnsafeMutablePointer<Float>?
  ) -> Void

  /// The field and its trust, computed in bands of a third of the height.
  private func fits(
    _ mask: [Float], _ guide: [Float], _ size: Size, _ radius: Int, _ wide: Int, _ fit: Fit
  ) -> [Float] {
    let count = size.height * size.width
    var parameters = u2cl_guided_parameters(
      radius: radius, wide_radius: wide, epsilon: 1e-4, fit_tolerance: 1e-4, fit_preference: 0.3,
      exactness_limit: 7e-4)
    var (field, trust) = ([Float](repeating: .nan, count: 4 * count), [Float](repeating: .nan, count: count))
    mask.withUnsafeBufferPointer { mask in
      guide.withUnsafeBufferPointer { guide in
        var input = u2cl_guided_mask(
          width: size.width, height: size.height, values: mask.baseAddress, guide: guide.baseAddress)
        let band = max(1, size.height / 3)
        var scratch = [Float](repeating: .nan, count: u2cl_guided_scratch(&input, &parameters, band))
        for y in stride(from: 0, to: size.height, by: band) {
          fit(&input, &parameters, y, min(size.height, y + band), &scratch, &field, &trust)
        }
      }
    }
    return field + trust
  }

  @Test(arguments: sizes) func relaxation(_ size: Size) {
    var generator = SeededGenerator(seed: 2)
    let count = size.height * size.width
    let alphas = alphas(count, &generator)
    let means = floats(4 * count, &generator).enumerated().map { $0 % 4 == 3 ? alphas[$0 / 4] : $1 }
    let start = floats(8 * count, &generator)
    let chosen = (0..<count).map { _ in UInt8.random(in: 0...1, using: &generator) }
    for chosen in [nil, chosen] {
      var (wider, plain) = (start, start)
      var scratch = [Float](repeating: .nan, count: u2cl_relax_scratch(size.width, size.height))
      u2cl_relax(means, size.width, size.height, chosen, 1e-5, 1, 3, &scratch, &wider)
      plain_relax(means, size.width, size.height, chosen, 1e-5, 1, 3, &scratch, &plain)
      #expect(wider == plain, "seed 2, \(chosen == nil ? "all cells" : "some cells")")
    }
  }

  @Test(arguments: sizes) func cellsNearEdges(_ size: Size) {
    var generator = SeededGenerator(seed: 3)
    let count = size.height * size.width
    let means = (0..<4 * count).map { _ in Float.random(in: 0...1, using: &generator) < 0.9 ? Float(0) : 0.5 }
    var (alphas, scratch) = ([Float](repeating: 0, count: count), [UInt8](repeating: 0, count: count))
    var (wider, plain) = ([UInt8](repeating: 7, count: count), [UInt8](repeating: 8, count: count))
    u2cl_near_edges(means, size.width, size.height, 3, &alphas, &scratch, &wider)
    plain_near_edges(means, size.width, size.height, 3, &alphas, &scratch, &plain)
    #expect(wider == plain, "seed 3")
  }

  @Test(arguments: [1, 2, 15, 16, 17, 100, 1280], [3, 4]) func pixels(_ count: Int, _ channels: Int) {
    var generator = SeededGenerator(seed: 4)
    let samples = (0..<count * channels).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let deep = (0..<count * channels).map { _ in UInt16.random(in: 0...65535, using: &generator) }
    var (wider, plain) = ([Float](repeating: 0, count: 4 * count), [Float](repeating: 0, count: 4 * count))
    u2cl_colors_from_8_bits(samples, count, Int32(channels), &wider)
    plain_colors_from_8_bits(samples, count, Int32(channels), &plain)
    #expect(wider == plain, "seed 4")
    var (back, plainBack) = ([UInt8](repeating: 0, count: samples.count), [UInt8](repeating: 0, count: samples.count))
    u2cl_colors_to_8_bits(wider, count, Int32(channels), &back)
    plain_colors_to_8_bits(wider, count, Int32(channels), &plainBack)
    #expect(back == plainBack, "seed 4")
    let opaque = channels == 3 ? samples : samples.enumerated().map { $0 % 4 == 3 ? 255 : $1 }
    #expect(back == opaque, "8 bits stay as they are, seed 4")
    u2cl_colors_from_16_bits(deep, count, Int32(channels), &wider)
    plain_colors_from_16_bits(deep, count, Int32(channels), &plain)
    #expect(wider == plain, "seed 4")
  }

  @Test(arguments: [1, 2, 15, 16, 17, 100, 1280], [3, 4]) func cutouts(_ count: Int, _ channels: Int) {
    var generator = SeededGenerator(seed: 5)
    let samples = (0..<count * channels).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let alphas = alphas(count, &generator).map { UInt16($0 * 65535) }
    let near = (0..<count).map { _ in UInt8.random(in: 0...1, using: &generator) }
    let (estimates, below) = (floats(8 * count, &generator), floats(4 * count, &generator))
    for estimates in [nil, estimates] {
      var (wider, plain) = ([UInt8](repeating: 1, count: 4 * count), [UInt8](repeating: 2, count: 4 * count))
      u2cl_cut_out_8(samples, Int32(channels), alphas, count, estimates, near, &wider)
      plain_cut_out_8(samples, Int32(channels), alphas, count, estimates, near, &plain)
      #expect(wider == plain, "seed 5")
      var (over, plainOver) = ([UInt8](repeating: 1, count: 3 * count), [UInt8](repeating: 2, count: 3 * count))
      u2cl_blend_8(below, wider, count, &over)
      plain_blend_8(below, wider, count, &plainOver)
      #expect(over == plainOver, "seed 5")
    }
  }

  @Test(arguments: [1, 2, 5, 12]) func equationsOfMatting(_ blocks: Int) {
    var generator = SeededGenerator(seed: 6)
    let (stride, count) = (8 * blocks + 16, 8 * blocks + 8)
    let planes = (0..<3).map { _ in floats(5 * stride, &generator) }
    let unknown = (0..<blocks).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let spacing = count + 8
    func windows(_ compute: Windows) -> [[Float]] {
      (0..<3).map { row in
        var values = [Float](repeating: 0, count: Int(U2CL_MATTING_WINDOW_VALUES) * spacing)
        let middle = (row + 1) * stride + 1
        planes[0].withUnsafeBufferPointer { red in
          planes[1].withUnsafeBufferPointer { green in
            planes[2].withUnsafeBufferPointer { blue in
              compute(
                red.baseAddress.map { $0 + middle }, green.baseAddress.map { $0 + middle },
                blue.baseAddress.map { $0 + middle }, stride, count, 1e-5, &values, spacing)
            }
          }
        }
        return values
      }
    }
    let rows = windows(u2cl_matting_windows)
    #expect(rows == windows(plain_matting_windows), "seed 6")

    func laplacian(_ compute: Rows) -> [Float] {
      var values = [Float](repeating: 0, count: 25 * 8 * blocks)
      planes[0].withUnsafeBufferPointer { red in
        planes[1].withUnsafeBufferPointer { green in
          planes[2].withUnsafeBufferPointer { blue in
            let first = 2 * stride + 2
            compute(
              red.baseAddress.map { $0 + first }, green.baseAddress.map { $0 + first },
              blue.baseAddress.map { $0 + first }, stride, rows[0], rows[1], rows[2], spacing, unknown, blocks, &values)
          }
        }
      }
      return values
    }
    let matrix = laplacian(u2cl_matting_rows)
    #expect(matrix == laplacian(plain_matting_rows), "seed 6")

    let weights = floats(8 * blocks, &generator)
    let places = (0..<blocks).map { Int32(2 * stride + 2 + 8 * $0) }
    var (wider, plain) = ([Float](repeating: 0, count: 8 * blocks), [Float](repeating: 1, count: 8 * blocks))
    let dot = u2cl_matting_product(matrix, weights, places, blocks, stride, planes[0], &wider)
    let plainDot = plain_matting_product(matrix, weights, places, blocks, stride, planes[0], &plain)
    #expect(wider == plain && dot == plainDot, "seed 6")
  }

  private typealias Windows = (
    UnsafePointer<Float>?, UnsafePointer<Float>?, UnsafePointer<Float>?, Int, Int, Float, UnsafeMutablePointer<Float>?,
    Int
  ) -> Void
  private typealias Rows = (
    UnsafePointer<Float>?, UnsafePointer<Float>?, UnsafePointer<Float>?, Int, UnsafePointer<Float>?,
    UnsafePointer<Float>?, UnsafePointer<Float>?, Int, UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<Float>?
  ) -> Void

  @Test(arguments: [1, 3, 4, 63, 64, 65, 3840], [1, 3, 4, 8]) func filtersOfPNG(_ pixels: Int, _ bytes: Int) {
    var generator = SeededGenerator(seed: 7)
    let count = pixels * bytes
    let row = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let above = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    var (wider, plain) = ([UInt8](repeating: 1, count: count), [UInt8](repeating: 2, count: count))
    u2cl_png_filter_up(row, above, count, &wider)
    plain_png_filter_up(row, above, count, &plain)
    #expect(wider == plain, "up, seed 7")
    u2cl_png_filter_paeth(row, above, count, bytes, &wider)
    plain_png_filter_paeth(row, above, count, bytes, &plain)
    #expect(wider == plain, "Paeth, seed 7")
  }
}
