internal import Tensors

/// The matting Laplacian of Levin, Lischinski and Weiss (2008) for windows of 3×3 pixels; only the rows of unknown
/// pixels.
///
/// Element (i, j) is the sum of δᵢⱼ − (1 + (Iᵢ − μ)ᵀ (Σ + ε/9)⁻¹ (Iⱼ − μ)) / 9 over all windows that contain both
/// pixels. Neighbours are at most two pixels away, so that a row has 25 elements.
package struct MattingLaplacian: Sendable {
  /// The farthest neighbour of a pixel, in rows and columns.
  static let reach = 2
  /// The number of elements in a row: five by five neighbours, row by row.
  static let count = 25

  /// The unknown pixels.
  package let band: MattingBand
  /// The elements: 25 vectors for each block.
  private let rows: [SIMD8<Float>]

  /// The rows of a band's pixels.
  ///
  /// - Parameters:
  ///   - guide: the colours of the level, `[height, width]`, in 0 … 1.
  ///   - epsilon: the regularization ε.
  package init(_ band: MattingBand, guide: [SIMD4<Float>], epsilon: Float) {
    self.band = band
    rows = [SIMD8<Float>](unsafeUninitializedCapacity: max(1, band.blocks.count * Self.count)) { rows, initialized in
      nonisolated(unsafe) let rows = rows
      rows.initialize(repeating: .zero)
      guide.withUnsafeBufferPointer { guide in
        nonisolated(unsafe) let guide = guide
        inParallel(band.strips.count) { strip in
          guard !band.strips[strip].isEmpty else { return }
          StripWindows(band, strip: strip, guide: guide, epsilon: epsilon).fill(rows)
        }
      }
      initialized = band.blocks.count * Self.count
    }
  }

  /// The product of L and a plane, at the pixels of a block.
  @inline(__always)
  package func times(_ plane: UnsafePointer<Float>, at block: Int) -> SIMD8<Float> {
    let place = plane + band.place(band.blocks[block].x, band.blocks[block].y)
    let stride = band.rowStride
    return rows.withUnsafeBufferPointer { rows in
      var sum = SIMD8<Float>.zero
      var index = block * Self.count
      for dy in -Self.reach...Self.reach {
        let line = UnsafeRawPointer(place + dy * stride - Self.reach)
        for dx in 0..<5 {
          sum += rows[index] * line.loadUnaligned(fromByteOffset: dx * 4, as: SIMD8<Float>.self)
          index &+= 1
        }
      }
      return sum
    }
  }

  /// The diagonal of L at the pixels of a block.
  func diagonal(at block: Int) -> SIMD8<Float> { rows[block * Self.count + Self.count / 2] }
}

/// The windows around a strip of rows, each with its mean and the inverse of its covariance.
private struct StripWindows {
  private struct Window {
    /// The mean colour. `weight` is 0 for windows outside the picture, and 1 for others.
    var mean: SIMD3<Float> = .zero
    var inverse = SymmetricMatrix3(xx: 0, yy: 0, zz: 0, xy: 0, xz: 0, yz: 0)
    var weight: Float = 0
  }

  private let band: MattingBand
  private let blocks: Range<Int>
  private let guide: UnsafeBufferPointer<SIMD4<Float>>
  private let firstRow: Int
  private let firstColumn: Int
  private let width: Int
  private var windows: [Window]

  init(_ band: MattingBand, strip: Int, guide: UnsafeBufferPointer<SIMD4<Float>>, epsilon: Float) {
    self.band = band
    self.guide = guide
    blocks = band.strips[strip]
    let columns = band.blocks[blocks].map(\.x)
    let rows = strip * MattingBand.stripHeight..<min(band.size.height, (strip + 1) * MattingBand.stripHeight)
    firstRow = rows.lowerBound - 1
    firstColumn = (columns.min() ?? 0) - 1
    width = (columns.max() ?? 0) + 9 - firstColumn
    windows = Array(repeating: Window(), count: (rows.count + 2) * width)
    for row in 0..<rows.count + 2 {
      for column in 0..<width {
        let (x, y) = (firstColumn + column, firstRow + row)
        guard x > 0, y > 0, x + 1 < band.size.width, y + 1 < band.size.height else { continue }
        windows[row * width + column] = window(x, y, epsilon)
      }
    }
  }

  private func window(_ x: Int, _ y: Int, _ epsilon: Float) -> Window {
    let stride = band.size.width
    let center = guide[y * stride + x]
    // Differences from the middle pixel lose fewer digits than squares of colours.
    var (sum, squares, products) = (SIMD4<Float>.zero, SIMD4<Float>.zero, SIMD4<Float>.zero)
    for line in y - 1...y + 1 {
      for column in x - 1...x + 1 {
        let d = guide[line * stride + column] - center
        sum += d
        squares += d * d
        products += d * SIMD4(d.y, d.z, d.x, 0)
      }
    }
    let mean = sum / 9
    let (s, p) = (squares / 9 - mean * mean, products / 9 - mean * SIMD4(mean.y, mean.z, mean.x, 0))
    let smooth = epsilon / 9
    let covariance = SymmetricMatrix3(
      xx: s.x + smooth, yy: s.y + smooth, zz: s.z + smooth, xy: p.x, xz: p.z, yz: p.y)
    let color = center + mean
    return Window(mean: SIMD3(color.x, color.y, color.z), inverse: covariance.inverse, weight: 1)
  }

  func fill(_ rows: UnsafeMutableBufferPointer<SIMD8<Float>>) {
    for index in blocks {
      let block = band.blocks[index]
      for lane in 0..<8 where block.unknown[lane] > 0 {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: MattingLaplacian.count) { row in
          row.initialize(repeating: 0)
          add(block.x + lane, block.y, to: row)
          for i in 0..<MattingLaplacian.count { rows[index * MattingLaplacian.count + i][lane] = row[i] }
        }
      }
    }
  }

  /// Adds the 25 elements of a pixel's row.
  private func add(_ x: Int, _ y: Int, to row: UnsafeMutableBufferPointer<Float>) {
    let stride = band.size.width
    let own = guide[y * stride + x]
    let color = SIMD3(own.x, own.y, own.z)
    for dy in -1...1 {
      for dx in -1...1 {
        let window = windows[(y + dy - firstRow) * width + x + dx - firstColumn]
        guard window.weight > 0 else { continue }
        let v = window.inverse.times(color - window.mean)
        row[MattingLaplacian.count / 2] += 1
        for ny in -1...1 {
          for nx in -1...1 {
            let other = guide[(y + dy + ny) * stride + x + dx + nx]
            let difference = SIMD3(other.x, other.y, other.z) - window.mean
            let product = v.x * difference.x + v.y * difference.y + v.z * difference.z
            row[(dy + ny + 2) * 5 + dx + nx + 2] -= (1 + product) / 9
          }
        }
      }
    }
  }
}
