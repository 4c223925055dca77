internal import Tensors

/// How often each level of a map occurs on the foreground and on the background of the ground truth, in each of the
/// four blocks into which a point splits the picture.
struct JointHistogram {
  /// The counts of a block or of the whole picture.
  struct Counts {
    /// The pixels of each level on the foreground of the ground truth.
    var foreground = [Int](repeating: 0, count: 256)
    /// The pixels of each level on its background.
    var background = [Int](repeating: 0, count: 256)
  }

  /// A block of the picture.
  struct Block {
    let size: Size
    let counts: Counts
  }

  /// The blocks at upper left, upper right, lower left and lower right; blocks may be empty.
  let blocks: [Block]
  /// The counts of the whole picture.
  let whole: Counts

  /// Counts the pixels of a pair in one pass.
  ///
  /// - Parameter split: the size of the block at upper left.
  init(_ pair: SaliencyPair, split: Size) {
    let bins = Self.bins(of: pair, split: split)
    let rest = Size(height: pair.size.height - split.height, width: pair.size.width - split.width)
    let sizes = [split.height, rest.height].flatMap { height in
      [split.width, rest.width].map { Size(height: height, width: $0) }
    }
    blocks = sizes.enumerated().map { index, size in
      var counts = Counts()
      for level in 0..<256 {
        counts.background[level] = Int(bins[index * 512 + level])
        counts.foreground[level] = Int(bins[index * 512 + 256 + level])
      }
      return Block(size: size, counts: counts)
    }
    whole = blocks.reduce(into: Counts()) { sum, block in
      for level in 0..<256 {
        sum.background[level] += block.counts.background[level]
        sum.foreground[level] += block.counts.foreground[level]
      }
    }
  }

  /// The bins, `[block, background and foreground, level]`.
  private static func bins(of pair: SaliencyPair, split: Size) -> [UInt32] {
    // Neighbours often have the same level. Four copies of the bins, used in turn, avoid waiting for the last
    // increment.
    let copy = 4 * 512
    var bins = [UInt32](repeating: 0, count: 4 * copy)
    pair.map.withUnsafeBufferPointer { map in
      pair.mask.withUnsafeBufferPointer { mask in
        bins.withUnsafeMutableBufferPointer { bins in
          func count(_ pixels: Range<Int>, block: Int) {
            for pixel in pixels {
              // 256 if the mask is above 128.
              let foreground = (Int(mask[pixel]) &+ 127) & 256
              bins[(pixel & 3) &* copy &+ block &+ foreground &+ Int(map[pixel])] &+= 1
            }
          }
          for y in 0..<pair.size.height {
            let start = y * pair.size.width
            let row = y < split.height ? 0 : 2
            count(start..<start + split.width, block: row * 512)
            count(start + split.width..<start + pair.size.width, block: (row + 1) * 512)
          }
        }
      }
    }
    return (0..<copy).map { bins[$0] + bins[$0 + copy] + bins[$0 + 2 * copy] + bins[$0 + 3 * copy] }
  }
}

extension JointHistogram.Counts {
  /// The least and the greatest level that occurs.
  var range: (least: Int, most: Int) {
    func occurs(_ level: Int) -> Bool { foreground[level] + background[level] > 0 }
    return ((0...255).first(where: occurs) ?? 0, (0...255).last(where: occurs) ?? 0)
  }
}
