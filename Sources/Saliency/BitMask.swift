internal import Tensors

/// A binary mask of one bit a pixel, so that 64 pixels are compared, shifted or counted at once.
struct BitMask {
  let size: Size
  private let wordsPerRow: Int
  /// The bits, row by row. Pixel x is bit x mod 64 of word x / 64; bits beyond the width are 0.
  private var words: [UInt64]

  /// The pixels of at least `threshold`; none if it is above 255.
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
  @inline(__always)
  private static func pack(_ row: UnsafeBufferPointer<UInt8>, from start: Int, _ threshold: UInt8) -> UInt64 {
    let end = min(row.count, start + 64)
    let eighth = ByteThreshold(threshold)
    var (word, x) = (UInt64(0), start)
    while x &+ 8 <= end {
      let pixels = UnsafeRawPointer(row.baseAddress.unsafelyUnwrapped + x).loadUnaligned(as: UInt64.self)
      word |= eighth.bits(UInt64(littleEndian: pixels)) &<< UInt64(x &- start)
      x &+= 8
    }
    while x < end {
      if row[x] >= threshold { word |= 1 &<< UInt64(x &- start) }
      x &+= 1
    }
    return word
  }

  private init(size: Size, wordsPerRow: Int, words: [UInt64]) {
    self.size = size
    self.wordsPerRow = wordsPerRow
    self.words = words
  }

  /// The number of set pixels.
  var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// The sums of the row and column numbers of all set pixels.
  var coordinateSums: (y: Int, x: Int) {
    // Bit positions whose k-th binary digit is 1.
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

  /// The number of pixels set in both masks.
  func overlap(with other: BitMask) -> Int {
    zip(words, other.words).reduce(0) { $0 + ($1.0 & $1.1).nonzeroBitCount }
  }

  /// The boundary: the mask without its erosion by a 3×3 square, the border repeated outwards.
  var boundary: BitMask {
    let (left, right) = (shifted(by: 1, repeatingBorder: true), shifted(by: -1, repeatingBorder: true))
    let thin = combined(with: left, &).combined(with: right, &)
    var result = self
    for y in 0..<size.height {
      let (above, below) = (max(0, y - 1) * wordsPerRow, min(size.height - 1, y + 1) * wordsPerRow)
      for word in 0..<wordsPerRow {
        result.words[y &* wordsPerRow &+ word] &=
          ~(thin.words[above &+ word] & thin.words[y &* wordsPerRow &+ word] & thin.words[below &+ word])
      }
    }
    return result
  }

  /// The pixels within a Euclidean distance of 3 of a set pixel.
  var dilatedByThree: BitMask {
    func spread(_ mask: BitMask, _ distance: Int) -> BitMask {
      mask.combined(with: shifted(by: distance), |).combined(with: shifted(by: -distance), |)
    }
    let two = spread(spread(self, 1), 2)
    // Half the width of the disc: 3 in its middle row, 2 one and two rows away, 0 three rows away.
    var result = spread(two, 3)
    for step in [-3, -2, -1, 1, 2, 3] { result.unite(with: abs(step) < 3 ? two : self, movedDown: step) }
    return result
  }

  /// The pixels within 3 rows and 3 columns of a set pixel.
  var dilatedBySquare: BitMask {
    let three = combined(with: shifted(by: 1), |).combined(with: shifted(by: -1), |)
    let wide = three.combined(with: three.shifted(by: 2), |).combined(with: three.shifted(by: -2), |)
    var result = wide
    for step in [-3, -2, -1, 1, 2, 3] { result.unite(with: wide, movedDown: step) }
    return result
  }

  /// The columns from the first to the last set pixel of a row; nil if none is set.
  func span(ofRow y: Int) -> ClosedRange<Int>? {
    let row = words[y * wordsPerRow..<(y + 1) * wordsPerRow]
    guard let first = row.firstIndex(where: { $0 != 0 }), let last = row.lastIndex(where: { $0 != 0 }) else {
      return nil
    }
    return (first - row.startIndex) * 64 + words[first].trailingZeroBitCount...(last - row.startIndex) * 64 + 63
      - words[last].leadingZeroBitCount
  }

  /// Calls `body` with the column of each set pixel of a row, from left to right.
  @inline(__always)
  func forEach(inRow y: Int, _ body: (Int) -> Void) {
    words.withUnsafeBufferPointer { words in
      for index in 0..<wordsPerRow {
        var word = words[y &* wordsPerRow &+ index]
        while word != 0 {
          body(index &* 64 &+ word.trailingZeroBitCount)
          word &= word &- 1
        }
      }
    }
  }

  /// The columns with a set pixel.
  var occupiedColumns: [Int] {
    var union = [UInt64](repeating: 0, count: wordsPerRow)
    for index in words.indices { union[index % wordsPerRow] |= words[index] }
    return (0..<size.width).filter { union[$0 / 64] >> UInt64($0 % 64) & 1 == 1 }
  }

  /// The two masks, of the same size, combined word by word.
  func combined(with other: BitMask, _ combine: (UInt64, UInt64) -> UInt64) -> BitMask {
    var result = self
    for index in words.indices { result.words[index] = combine(words[index], other.words[index]) }
    return result
  }

  private mutating func unite(with other: BitMask, movedDown step: Int) {
    let offset = step * wordsPerRow
    for index in max(0, offset)..<max(0, offset, min(words.count, words.count + offset)) {
      words[index] |= other.words[index &- offset]
    }
  }

  /// The mask shifted right by `distance` pixels, or left if it is negative; fewer than 64.
  ///
  /// - Parameter repeatingBorder: for a distance of one: whether the border is repeated. Otherwise zeros are shifted
  ///   in.
  private func shifted(by distance: Int, repeatingBorder: Bool = false) -> BitMask {
    let step = UInt64(distance.magnitude)
    let last = wordsPerRow - 1
    let lastBit = UInt64((size.width - 1) % 64)
    var result = self
    for start in stride(from: 0, to: words.count, by: wordsPerRow) {
      for index in start...start + last {
        let carried =
          distance > 0
          ? (index > start ? words[index - 1] &>> (64 &- step) : 0)
          : (index < start + last ? words[index + 1] &<< (64 &- step) : 0)
        result.words[index] = (distance > 0 ? words[index] &<< step : words[index] &>> step) | carried
      }
      result.words[start + last] &= UInt64.max &>> (63 &- lastBit)
      if repeatingBorder, distance > 0 { result.words[start] |= words[start] & 1 }
      if repeatingBorder, distance < 0 { result.words[start + last] |= words[start + last] & (1 &<< lastBit) }
    }
    return result
  }
}

/// Compares eight bytes with a threshold at once, in one word.
private struct ByteThreshold {
  private static let highBits: UInt64 = 0x8080_8080_8080_8080
  private let isHigh: Bool
  /// Added to the lower seven bits of each byte; carries into the highest bit if they reach the threshold's.
  private let addend: UInt64

  @inline(__always)
  init(_ threshold: UInt8) {
    isHigh = threshold > 128
    addend = (128 &- UInt64(isHigh ? threshold &- 128 : threshold)) &* 0x0101_0101_0101_0101
  }

  /// A bit for each byte, the lowest first: whether it is at least the threshold.
  @inline(__always)
  func bits(_ bytes: UInt64) -> UInt64 {
    let sums = (bytes & ~Self.highBits) &+ addend
    let reached = (isHigh ? sums & bytes : sums | bytes) & Self.highBits
    // Packs eight bytes of 0 or 1 into eight bits.
    return ((reached &>> 7) &* 0x0102_0408_1020_4080) &>> 56
  }
}
