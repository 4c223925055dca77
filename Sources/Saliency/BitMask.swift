internal import Tensors

/// A binary picture, one bit a pixel: 64 pixels are compared, shifted or counted at once.
struct BitMask {
  let size: Size
  private let wordsPerRow: Int
  /// Row by row; pixel x is bit x mod 64 of word x / 64. Bits beyond the width are 0.
  private var words: [UInt64]

  /// The pixels that are at least `threshold`; none where it is above 255.
  init(_ pixels: [UInt8], size: Size, atLeast threshold: Int) {
    self.size = size
    wordsPerRow = (size.width + 63) / 64
    let wordsPerRow = wordsPerRow
    words = Array(repeating: 0, count: size.height * wordsPerRow)
    guard let threshold = UInt8(exactly: threshold) else { return }
    pixels.withUnsafeBufferPointer { pixels in
      words.withUnsafeMutableBufferPointer { words in
        for y in 0..<size.height {
          let row = UnsafeBufferPointer(rebasing: pixels[y * size.width..<(y + 1) * size.width])
          for word in 0..<wordsPerRow { words[y &* wordsPerRow &+ word] = Self.pack(row, from: word * 64, threshold) }
        }
      }
    }
  }

  /// Up to 64 pixels of a row as bits.
  private static func pack(_ row: UnsafeBufferPointer<UInt8>, from start: Int, _ threshold: UInt8) -> UInt64 {
    let end = min(row.count, start + 64)
    var (word, x) = (UInt64(0), start)
    while x + 8 <= end {
      let pixels = UnsafeRawPointer(row.baseAddress.unsafelyUnwrapped + x).loadUnaligned(as: SIMD8<UInt8>.self)
      let ones = SIMD8<UInt8>(repeating: 0).replacing(with: 1, where: pixels .>= threshold)
      // Eight bytes of 0 or 1 become eight bits.
      let bits = (unsafeBitCast(ones, to: UInt64.self).littleEndian &* 0x0102_0408_1020_4080) >> 56
      word |= bits << UInt64(x - start)
      x += 8
    }
    while x < end {
      if row[x] >= threshold { word |= 1 << UInt64(x - start) }
      x += 1
    }
    return word
  }

  private init(size: Size, wordsPerRow: Int, words: [UInt64]) {
    self.size = size
    self.wordsPerRow = wordsPerRow
    self.words = words
  }

  /// How many pixels are set.
  var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// The sums of the rows and of the columns of all set pixels.
  var coordinateSums: (y: Int, x: Int) {
    /// Bit positions whose k-th binary digit is 1.
    let digits: [UInt64] = [
      0xAAAA_AAAA_AAAA_AAAA, 0xCCCC_CCCC_CCCC_CCCC, 0xF0F0_F0F0_F0F0_F0F0, 0xFF00_FF00_FF00_FF00,
      0xFFFF_0000_FFFF_0000, 0xFFFF_FFFF_0000_0000,
    ]
    var (rows, columns) = (0, 0)
    for (index, word) in words.enumerated() where word != 0 {
      let count = word.nonzeroBitCount
      rows += count * (index / wordsPerRow)
      columns += count * (index % wordsPerRow) * 64
      for (k, digit) in digits.enumerated() { columns += (word & digit).nonzeroBitCount << k }
    }
    return (rows, columns)
  }

  /// How many pixels are set in both.
  func overlap(with other: BitMask) -> Int {
    zip(words, other.words).reduce(0) { $0 + ($1.0 & $1.1).nonzeroBitCount }
  }

  /// The pixels that lose a neighbour: the mask without its erosion by a 3×3 square, the border repeated outwards.
  var boundary: BitMask {
    var result = self
    let thin = (0..<size.height).map(rowErodedSideways)
    for y in 0..<size.height {
      let (above, below) = (thin[max(0, y - 1)], thin[min(size.height - 1, y + 1)])
      for word in 0..<wordsPerRow {
        result.words[y * wordsPerRow + word] &= ~(above[word] & thin[y][word] & below[word])
      }
    }
    return result
  }

  /// Every pixel within a Euclidean distance of 3 of a set one.
  var dilatedByThree: BitMask {
    let rows = (0..<size.height).map { y -> (own: [UInt64], two: [UInt64], three: [UInt64]) in
      let own = Array(words[y * wordsPerRow..<(y + 1) * wordsPerRow])
      let two = spread(own, by: 1...2)
      return (own, two, zip(two, spread(own, by: 3...3)).map { $0 | $1 })
    }
    var result = [UInt64](repeating: 0, count: words.count)
    for y in 0..<size.height {
      // Half the width of the disc's row: 3 at its middle, 2 one and two rows away, 0 three rows away.
      for step in -3...3 where rows.indices.contains(y + step) {
        let source = rows[y + step]
        let row = step == 0 ? source.three : abs(step) < 3 ? source.two : source.own
        for word in 0..<wordsPerRow { result[y * wordsPerRow + word] |= row[word] }
      }
    }
    return BitMask(size: size, wordsPerRow: wordsPerRow, words: result)
  }

  /// A row without the pixels that miss a neighbour to the left or right; beyond the border lies the border's pixel.
  private func rowErodedSideways(_ y: Int) -> [UInt64] {
    let row = Array(words[y * wordsPerRow..<(y + 1) * wordsPerRow])
    var left = shifted(row, by: 1)
    var right = shifted(row, by: -1)
    left[0] |= row[0] & 1
    right[(size.width - 1) / 64] |= row[(size.width - 1) / 64] & (1 << UInt64((size.width - 1) % 64))
    return row.indices.map { row[$0] & left[$0] & right[$0] }
  }

  /// The row and its copies moved that far to both sides.
  private func spread(_ row: [UInt64], by distances: ClosedRange<Int>) -> [UInt64] {
    distances.reduce(row) { sum, distance in
      let (left, right) = (shifted(row, by: -distance), shifted(row, by: distance))
      return sum.indices.map { sum[$0] | left[$0] | right[$0] }
    }
  }

  /// A row moved to the right by fewer than 64 pixels, or to the left where negative; zeros come in.
  private func shifted(_ row: [UInt64], by distance: Int) -> [UInt64] {
    let step = UInt64(distance.magnitude)
    var result = row.indices.map { index in
      distance > 0
        ? row[index] << step | (index > 0 ? row[index - 1] >> (64 - step) : 0)
        : row[index] >> step | (index + 1 < row.count ? row[index + 1] << (64 - step) : 0)
    }
    if size.width % 64 != 0 { result[wordsPerRow - 1] &= (1 << UInt64(size.width % 64)) - 1 }
    return result
  }
}
