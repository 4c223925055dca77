internal import Tensors

/// Which rows and columns of chroma and of luma belong together.
///
/// Chroma is interpolated linearly between its samples, where they are sited. What brings a mask to the size of chroma
/// is the transpose of that: each chroma sample takes the luma samples that it gives colour to.
struct ChromaRows {
  private let layout: PixelLayout
  private let isInterlaced: Bool
  private let lumaWidth: Int
  private let lumaHeight: Int
  private let width: Int
  private let height: Int

  init(_ format: VideoFormat) {
    (layout, isInterlaced) = (format.layout, format.isInterlaced)
    (lumaWidth, lumaHeight) = (format.size.width, format.size.height)
    (width, height) = (format.chromaSize.width, format.chromaSize.height)
  }

  /// The memory that a row of chroma takes with a border of one on either side.
  var paddedWidth: Int { width + 2 }
  /// The memory that a row of luma takes, up to the end of its last chroma sample, with a border of four on either
  /// side.
  var paddedLumaWidth: Int { (width << layout.horizontalShift) + 8 }

  /// The two rows of chroma around a row of luma, and the weight of the first in quarters.
  func chromaRows(forLuma y: Int) -> (Int, Int, Int32) {
    guard layout.verticalShift > 0 else { return (y, y, 4) }
    if isInterlaced {
      // Each field is a picture of its own.
      let (field, row) = (y & 1, y >> 1)
      let last = max((height - 1 - field) >> 1, 0)
      func place(_ index: Int) -> Int { min(2 * min(max(index, 0), last) + field, height - 1) }
      return (place(row >> 1), place(row & 1 == 1 ? (row >> 1) + 1 : (row >> 1) - 1), 3)
    }
    let near = y >> 1
    let below = min(near + 1, height - 1)
    if layout.siting == .topLeft { return y & 1 == 0 ? (near, near, 4) : (near, below, 2) }
    return (near, y & 1 == 1 ? below : max(near - 1, 0), 3)
  }

  /// The three rows of luma that a row of chroma belongs to, and their weights in quarters.
  private func lumaRows(forChroma y: Int) -> [(Int, UInt16)] {
    guard layout.verticalShift > 0 else { return [(y, 4)] }
    let last = lumaHeight - 1
    if isInterlaced {
      let first = min(4 * (y >> 1) + (y & 1), last)
      return [(first, 2), (first + 2 <= last ? first + 2 : first, 2)]
    }
    if layout.siting == .topLeft { return [(max(2 * y - 1, 0), 1), (2 * y, 2), (min(2 * y + 1, last), 1)] }
    return [(2 * y, 2), (min(2 * y + 1, last), 2)]
  }

  /// Interpolates a row of chroma at the samples of a row of luma, multiplied by 16.
  ///
  /// - Parameters:
  ///   - scratch: room for `paddedWidth` numbers.
  ///   - result: room for `paddedLumaWidth` numbers; the row begins at its start.
  func interpolate<Sample: FixedWidthInteger & UnsignedInteger>(
    _ plane: UnsafePointer<Sample>, luma y: Int, scratch: UnsafeMutablePointer<Int32>,
    into result: UnsafeMutablePointer<Int32>
  ) {
    let (first, second, weight) = chromaRows(forLuma: y)
    let (a, b, row, other) = (plane + first * width, plane + second * width, scratch + 1, 4 - weight)
    for x in 0..<width {
      row[x] = Int32(truncatingIfNeeded: a[x]) &* weight &+ Int32(truncatingIfNeeded: b[x]) &* other
    }
    (row[-1], row[width]) = (row[0], row[width - 1])
    switch layout.horizontalShift {
    case 0: for x in 0..<width { result[x] = row[x] &* 4 }
    case 1 where layout.subsampling == .both && layout.siting == .center:
      for x in 0..<width {
        result[2 * x] = row[x] &* 3 &+ row[x - 1]
        result[2 * x + 1] = row[x] &* 3 &+ row[x + 1]
      }
    case 1:
      for x in 0..<width {
        result[2 * x] = row[x] &* 4
        result[2 * x + 1] = (row[x] &+ row[x + 1]) &* 2
      }
    default:
      for x in 0..<width {
        for step in 0..<4 { result[4 * x + step] = row[x] &* Int32(4 - step) &+ row[x + 1] &* Int32(step) }
      }
    }
  }

  /// Brings a mask to the size of chroma.
  func shrunk(_ mask: [UInt8]) -> [UInt8] {
    if layout.horizontalShift == 0 { return mask }
    return withUnsafeTemporaryAllocation(of: UInt16.self, capacity: paddedLumaWidth) { sums in
      [UInt8](unsafeUninitializedCapacity: width * height) { small, initialized in
        mask.withUnsafeBufferPointer { mask in
          guard let sums = sums.baseAddress, let mask = mask.baseAddress, let small = small.baseAddress else { return }
          for y in 0..<height {
            sum(lumaRows(forChroma: y), of: mask, into: sums + 4)
            shrink(sums + 4, into: small + y * width)
          }
        }
        initialized = width * height
      }
    }
  }

  private func sum(_ rows: [(Int, UInt16)], of mask: UnsafePointer<UInt8>, into sums: UnsafeMutablePointer<UInt16>) {
    for (index, (row, weight)) in rows.enumerated() {
      let values = mask + row * lumaWidth
      if index == 0 {
        for x in 0..<lumaWidth { sums[x] = UInt16(values[x]) &* weight }
      } else {
        for x in 0..<lumaWidth { sums[x] = sums[x] &+ UInt16(values[x]) &* weight }
      }
    }
    for x in 1...4 { sums[-x] = sums[0] }
    for x in lumaWidth..<paddedLumaWidth - 4 { sums[x] = sums[lumaWidth - 1] }
  }

  private func shrink(_ sums: UnsafePointer<UInt16>, into small: UnsafeMutablePointer<UInt8>) {
    switch layout.horizontalShift {
    case 1 where layout.subsampling == .both && layout.siting == .center:
      for x in 0..<width {
        let sum = (sums[2 * x] &+ sums[2 * x + 1]) &* 2
        small[x] = UInt8(truncatingIfNeeded: (sum &+ 8) >> 4)
      }
    case 1:
      for x in 0..<width {
        let sum = sums[2 * x - 1] &+ sums[2 * x] &* 2 &+ sums[2 * x + 1]
        small[x] = UInt8(truncatingIfNeeded: (sum &+ 8) >> 4)
      }
    default:
      for x in 0..<width {
        var sum: UInt32 = 0
        for step in -3...3 { sum &+= UInt32(sums[4 * x + step]) &* UInt32(4 - abs(step)) }
        small[x] = UInt8(truncatingIfNeeded: (sum &+ 32) >> 6)
      }
    }
  }
}
