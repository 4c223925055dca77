internal import Tensors

/// How often each level of a map occurs on the foreground and on the background of its ground truth, in each of the
/// four blocks that a point splits the picture into.
struct JointHistogram {
  /// One block, or the whole picture.
  struct Counts {
    /// By level, on the ground truth's foreground.
    var foreground = [Int](repeating: 0, count: 256)
    /// By level, on its background.
    var background = [Int](repeating: 0, count: 256)
  }

  /// A part of the picture.
  struct Block {
    let size: Size
    let counts: Counts
  }

  /// Left above, right above, left below, right below; empty ones are there.
  let blocks: [Block]
  /// All of the picture.
  let whole: Counts

  /// Counts in one pass over the pixels.
  ///
  /// - Parameter split: the height and width of the block left above.
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

  /// `[block, background and foreground, level]`.
  private static func bins(of pair: SaliencyPair, split: Size) -> [UInt32] {
    // Neighbours are mostly alike: counted in turn in four copies, none waits for the one before it.
    let copy = 4 * 512
    var bins = [UInt32](repeating: 0, count: 4 * copy)
    pair.map.withUnsafeBufferPointer { map in
      pair.mask.withUnsafeBufferPointer { mask in
        bins.withUnsafeMutableBufferPointer { bins in
          func count(_ pixels: Range<Int>, block: Int) {
            for pixel in pixels {
              // 256 where the mask is above 128.
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
  /// The levels that occur.
  var range: (least: Int, most: Int) {
    func occurs(_ level: Int) -> Bool { foreground[level] + background[level] > 0 }
    return ((0...255).first(where: occurs) ?? 0, (0...255).last(where: occurs) ?? 0)
  }
}
