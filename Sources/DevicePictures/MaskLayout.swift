import Pictures
import Tensors

/// The layout of a batch's 8-bit masks, one after the other in a buffer, and after them the ranges of their maps.
struct MaskLayout {
  /// The pictures' sizes.
  let sizes: [Size]
  /// The offset of each mask in bytes.
  let offsets: [Int]
  /// The offset of the ranges in bytes, a multiple of 16.
  let rangeOffset: Int
  /// The layout of the ranges.
  let ranges: MapRanges

  init(sizes: [Size], ranges: MapRanges) {
    self.sizes = sizes
    self.ranges = ranges
    var count = 0
    offsets = sizes.map { size in
      defer { count += size.height * size.width }
      return count
    }
    rangeOffset = count.alignedForVectors
  }

  /// The size of masks and ranges in bytes.
  var byteCount: Int { rangeOffset + ranges.byteCount }

  /// The masks in a buffer's bytes with the ranges of their maps, in the pictures' order.
  func masks(in bytes: UnsafeRawBufferPointer) -> [RenderedMask] {
    let ranges = ranges.ranges(in: UnsafeRawBufferPointer(rebasing: bytes[rangeOffset..<byteCount]))
    return sizes.indices.map { index in
      let size = sizes[index]
      let pixels: [UInt8] = bytes.values(size.height * size.width, at: offsets[index])
      return RenderedMask(mask: Mask(size: size, pixels: pixels), range: ranges[index])
    }
  }
}

/// The layout of what work-groups have found about the values of several maps: `value_range` writes `[maps][groups]`
/// pairs of float32, and `count_values` `[maps][groups]` counts of 32 bits after them.
struct MapRanges {
  /// The number of maps.
  let maps: Int
  /// The number of work-groups for each map.
  let groups: Int
  /// The number of values of each map.
  let pixels: Int

  /// The index of the first count, in units of 4 bytes.
  var countOffset: Int { 2 * maps * groups }
  /// The size of pairs and counts in bytes.
  var byteCount: Int { 3 * maps * groups * MemoryLayout<Float>.stride }

  /// The ranges in a buffer's bytes.
  func ranges(in bytes: UnsafeRawBufferPointer) -> [MapRange] {
    (0..<maps).map { map in
      var (least, greatest, halves) = (Float.infinity, -Float.infinity, 0)
      for group in map * groups..<(map + 1) * groups {
        least = min(least, bytes.loadUnaligned(fromByteOffset: 8 * group, as: Float.self))
        greatest = max(greatest, bytes.loadUnaligned(fromByteOffset: 8 * group + 4, as: Float.self))
        halves += Int(bytes.loadUnaligned(fromByteOffset: 4 * (countOffset + group), as: Int32.self))
      }
      return MapRange(least: least, greatest: greatest, halfCount: halves, count: pixels)
    }
  }
}
