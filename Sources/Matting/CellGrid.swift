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

/// A cell of a level: pixels that are averaged, or summed up first.
struct Cell {
  /// Red, green and blue, and the number of pixels; 1 if they are averaged.
  var color: SIMD4<Float>
  /// The values of the matte, 0 … 65535; 0 … 1 if they are averaged.
  var alpha: Float

  static let zero = Cell(color: .zero, alpha: 0)

  static func + (a: Cell, b: Cell) -> Cell { Cell(color: a.color + b.color, alpha: a.alpha + b.alpha) }

  /// The averages of a sum.
  var mean: Cell { Cell(color: color / color.w, alpha: alpha / (color.w * Float(AlphaMatte.opaque))) }
}

/// The cells of a part of a level, each the sum of its pixels.
struct CellGrid {
  let part: CellPart
  private let sums: [Cell]

  private init(part: CellPart, sums: [Cell]) { (self.part, self.sums) = (part, sums) }

  /// The pixels of a part of a picture.
  init(_ rows: PictureRows, _ matte: AlphaMatte, of part: CellPart) {
    self.init(part: part, sums: Self.sums(rows, matte, of: part, step: 1))
  }

  /// The cells of a whole picture, each `step` pixels wide and high.
  init(_ rows: PictureRows, _ matte: AlphaMatte, cellsOf step: Int) {
    let size = rows.size
    let (across, down) = ((size.width + step - 1) / step, (size.height + step - 1) / step)
    let lines = (0..<down).mapInParallel { row in
      let part = CellPart(columns: 0..<size.width, lines: row * step..<min((row + 1) * step, size.height))
      return Self.sums(rows, matte, of: part, step: step)
    }
    self.init(part: CellPart(columns: 0..<across, lines: 0..<down), sums: lines.flatMap { $0 })
  }

  /// The sums of the cells, each `step` pixels wide and high, of pixels that begin with a whole cell.
  private static func sums(_ rows: PictureRows, _ matte: AlphaMatte, of pixels: CellPart, step: Int) -> [Cell] {
    let (across, down) = ((pixels.columns.count + step - 1) / step, (pixels.lines.count + step - 1) / step)
    let (width, first) = (rows.size.width, pixels.columns.lowerBound)
    return [Cell](unsafeUninitializedCapacity: across * down) { sums, initialized in
      sums.initialize(repeating: .zero)
      withUnsafeTemporaryAllocation(of: SIMD4<Float>.self, capacity: pixels.columns.count) { buffer in
        guard let line = buffer.baseAddress else { return }
        matte.values.withUnsafeBufferPointer { values in
          for (row, y) in pixels.lines.enumerated() {
            rows.read(y, pixels.columns, into: line)
            for cell in 0..<across {
              var (color, alpha) = (SIMD4<Float>.zero, UInt32(0))
              for x in cell * step..<min((cell + 1) * step, pixels.columns.count) {
                color += line[x]
                alpha += UInt32(values[y * width + first + x])
              }
              let i = row / step * across + cell
              sums[i] = sums[i] + Cell(color: color, alpha: Float(alpha))
            }
          }
        }
      }
      initialized = across * down
    }
  }

  /// The cells of the level of half the size. The part must begin at even places.
  func halved() -> CellGrid {
    let columns = part.columns.lowerBound / 2..<(part.columns.upperBound + 1) / 2
    let lines = part.lines.lowerBound / 2..<(part.lines.upperBound + 1) / 2
    let (width, height) = (part.columns.count, part.lines.count)
    let halves = [Cell](unsafeUninitializedCapacity: columns.count * lines.count) { halves, initialized in
      sums.withUnsafeBufferPointer { sums in
        for y in 0..<lines.count {
          for x in 0..<columns.count {
            let i = 2 * y * width + 2 * x
            let (hasRight, hasBelow) = (2 * x + 1 < width, 2 * y + 1 < height)
            var sum = sums[i]
            if hasRight { sum = sum + sums[i + 1] }
            if hasBelow { sum = sum + sums[i + width] }
            if hasRight && hasBelow { sum = sum + sums[i + width + 1] }
            halves.initializeElement(at: y * columns.count + x, to: sum)
          }
        }
      }
      initialized = columns.count * lines.count
    }
    return CellGrid(part: CellPart(columns: columns, lines: lines), sums: halves)
  }

  /// The means of the cells of a part of this one.
  func means(of inner: CellPart) -> CellMeans {
    let (width, count) = (inner.columns.count, inner.columns.count * inner.lines.count)
    let cells = [Cell](unsafeUninitializedCapacity: count) { cells, initialized in
      sums.withUnsafeBufferPointer { sums in
        for (row, line) in inner.lines.enumerated() {
          let from =
            (line - part.lines.lowerBound) * part.columns.count + inner.columns.lowerBound - part.columns.lowerBound
          for x in 0..<width { cells.initializeElement(at: row * width + x, to: sums[from + x].mean) }
        }
      }
      initialized = count
    }
    return CellMeans(
      origin: (inner.columns.lowerBound, inner.lines.lowerBound), size: Size(height: inner.lines.count, width: width),
      cells: cells)
  }

  /// The means of all cells.
  func means() -> CellMeans { means(of: part) }
}

/// The averaged cells of a part of a level, `[height, width]`.
struct CellMeans {
  /// The position of the first cell in its level.
  let origin: (x: Int, y: Int)
  let size: Size
  let cells: [Cell]

  /// The level of half the size, averaged two by two; at odd ends the last cell counts twice.
  func halved() -> CellMeans {
    let half = size.halved
    var means: [Cell] = []
    means.reserveCapacity(half.height * half.width)
    for y in 0..<half.height {
      let (above, below) = (2 * y * size.width, min(2 * y + 1, size.height - 1) * size.width)
      for x in 0..<half.width {
        let (left, right) = (2 * x, min(2 * x + 1, size.width - 1))
        let sum: Cell = (cells[above + left] + cells[above + right]) + (cells[below + left] + cells[below + right])
        means.append(Cell(color: sum.color / 4, alpha: sum.alpha / 4))
      }
    }
    return CellMeans(origin: (0, 0), size: half, cells: means)
  }
}
