import CPixels
import Pictures
import Tensors

/// A rectangle of a level of a pyramid, in the level's cells.
struct CellPart {
  var columns: Range<Int>
  var lines: Range<Int>

  /// The same rectangle in the level of half the size, grown by `margin`.
  func halved(in size: Size, margin: Int) -> CellPart {
    CellPart(
      columns: max(0, columns.lowerBound / 2 - margin)..<min(size.width, (columns.upperBound + 1) / 2 + margin),
      lines: max(0, lines.lowerBound / 2 - margin)..<min(size.height, (lines.upperBound + 1) / 2 + margin))
  }

  func grown(in size: Size, by margin: Int) -> CellPart {
    CellPart(
      columns: max(0, columns.lowerBound - margin)..<min(size.width, columns.upperBound + margin),
      lines: max(0, lines.lowerBound - margin)..<min(size.height, lines.upperBound + margin))
  }

  /// The pixels of a picture that all parts consist of, in whole cells of the coarsest level.
  ///
  /// - Parameter parts: a part of each level, the picture's own first.
  static func pixels(under parts: [CellPart], in size: Size) -> CellPart {
    let cell = 1 << (parts.count - 1)
    func span(_ ranges: [Range<Int>], _ limit: Int) -> Range<Int> {
      let lower = ranges.enumerated().map { $1.lowerBound << $0 }.min() ?? 0
      let upper = ranges.enumerated().map { $1.upperBound << $0 }.max() ?? 0
      return lower / cell * cell..<min(limit, (upper + cell - 1) / cell * cell)
    }
    return CellPart(columns: span(parts.map(\.columns), size.width), lines: span(parts.map(\.lines), size.height))
  }
}

/// The cells of a part of a level, each the sum of its pixels: their colours in 0 … 1, and their values in the matte.
struct CellGrid {
  let part: CellPart
  /// The pixels along a side of a cell.
  private let step: Int
  private let picture: Size
  private let sums: [SIMD4<Float>]

  private init(part: CellPart, step: Int, picture: Size, sums: [SIMD4<Float>]) {
    (self.part, self.step, self.picture, self.sums) = (part, step, picture, sums)
  }

  /// The pixels of a part of a picture.
  init(_ rows: PictureRows, _ matte: AlphaMatte, of part: CellPart) {
    let width = part.columns.count
    let sums = [SIMD4<Float>](unsafeUninitializedCapacity: width * part.lines.count) { sums, initialized in
      for (row, y) in part.lines.enumerated() {
        Self.read(rows, matte, y, part.columns, into: UnsafeMutableBufferPointer(rebasing: sums[(row * width)...]))
      }
      initialized = width * part.lines.count
    }
    self.init(part: part, step: 1, picture: rows.size, sums: sums)
  }

  /// The cells of a whole picture, each `step` pixels wide and high.
  init(_ rows: PictureRows, _ matte: AlphaMatte, cellsOf step: Int) {
    let size = rows.size
    let (across, down) = ((size.width + step - 1) / step, (size.height + step - 1) / step)
    let sums = [SIMD4<Float>](unsafeUninitializedCapacity: across * down) { sums, initialized in
      sums.initialize(repeating: .zero)
      nonisolated(unsafe) let sums = UnsafeMutableRawBufferPointer(sums).bindMemory(to: Float.self)
      inParallel(down) { row in
        withUnsafeTemporaryAllocation(of: SIMD4<Float>.self, capacity: size.width) { line in
          guard let sums = sums.baseAddress else { return }
          for y in row * step..<min((row + 1) * step, size.height) {
            Self.read(rows, matte, y, 0..<size.width, into: line)
            UnsafeRawBufferPointer(line).withMemoryRebound(to: Float.self) { line in
              u2cl_add_cells(line.baseAddress, size.width, step, sums + 4 * row * across)
            }
          }
        }
      }
      initialized = across * down
    }
    self.init(
      part: CellPart(columns: 0..<across, lines: 0..<down), step: step, picture: size, sums: sums)
  }

  /// Writes the cells of pixels of a row.
  private static func read(
    _ rows: PictureRows, _ matte: AlphaMatte, _ y: Int, _ columns: Range<Int>,
    into cells: UnsafeMutableBufferPointer<SIMD4<Float>>
  ) {
    precondition(cells.count >= columns.count)
    let (first, count) = (columns.lowerBound, columns.count)
    UnsafeMutableRawBufferPointer(cells).withMemoryRebound(to: Float.self) { cells in
      matte.values.withUnsafeBufferPointer { values in
        let alphas = values.baseAddress.map { $0 + y * rows.size.width + first }
        rows.withSamples(y) { samples, channels in
          u2cl_cells_of_8_bits(samples + first * Int(channels), channels, alphas, count, cells.baseAddress)
        } bits16: { samples, channels in
          u2cl_cells_of_16_bits(samples + first * Int(channels), channels, alphas, count, cells.baseAddress)
        }
      }
    }
  }

  /// The cells of the level of half the size. The part must begin at even places.
  func halved() -> CellGrid {
    let columns = part.columns.lowerBound / 2..<(part.columns.upperBound + 1) / 2
    let lines = part.lines.lowerBound / 2..<(part.lines.upperBound + 1) / 2
    let halves = [SIMD4<Float>](count: columns.count * lines.count) { halves in
      sums.withFloats { u2cl_halve_sums($0, part.columns.count, part.lines.count, halves) }
    }
    return CellGrid(part: CellPart(columns: columns, lines: lines), step: 2 * step, picture: picture, sums: halves)
  }

  /// The means of the cells of a part of this one.
  func means(of inner: CellPart) -> CellMeans {
    let (width, columns) = (inner.columns.count, part.columns.count)
    let first = inner.columns.lowerBound - part.columns.lowerBound
    let cells = [SIMD4<Float>](count: width * inner.lines.count) { cells in
      sums.withFloats { sums in
        for (row, line) in inner.lines.enumerated() {
          u2cl_mean_cells(
            sums + 4 * ((line - part.lines.lowerBound) * columns + first), width, inner.columns.lowerBound, step,
            picture.width, min(step, picture.height - line * step), cells + 4 * row * width)
        }
      }
    }
    return CellMeans(part: inner, cells: cells)
  }

  /// The means of all cells.
  func means() -> CellMeans { means(of: part) }
}

/// The averaged cells of a part of a level, `[height, width]`: red, green, blue and alpha in 0 … 1.
struct CellMeans {
  let part: CellPart
  let cells: [SIMD4<Float>]

  var size: Size { Size(height: part.lines.count, width: part.columns.count) }

  /// The level of half the size, averaged two by two; at odd ends the last cell counts twice.
  func halved() -> CellMeans {
    let half = size.halved
    let halves = [SIMD4<Float>](count: half.height * half.width) { halves in
      cells.withFloats { u2cl_halve_means($0, size.width, size.height, halves) }
    }
    return CellMeans(part: CellPart(columns: 0..<half.width, lines: 0..<half.height), cells: halves)
  }
}

// Vectors as the floats that C takes.
extension Array where Element: SIMD<Float> {
  /// An array of `count` vectors, whose floats `fill` writes.
  init(count: Int, _ fill: (_ floats: UnsafeMutablePointer<Float>) -> Void) {
    self.init(unsafeUninitializedCapacity: count) { vectors, initialized in
      UnsafeMutableRawBufferPointer(vectors).withMemoryRebound(to: Float.self) { floats in
        if let floats = floats.baseAddress { fill(floats) }
      }
      initialized = count
    }
  }

  func withFloats<Result>(_ body: (UnsafePointer<Float>) -> Result) -> Result {
    withUnsafeBytes { bytes in
      bytes.withMemoryRebound(to: Float.self) { floats in
        guard let floats = floats.baseAddress else { preconditionFailure("no vectors") }
        return body(floats)
      }
    }
  }
}
