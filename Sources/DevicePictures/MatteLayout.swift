import Tensors

/// Where a batch's mattes and, behind them, the maps that they were refined from lie in one piece of memory.
struct MatteLayout {
  /// The pictures' sizes.
  let sizes: [Size]
  /// Where each matte begins, in 16-bit values.
  let offsets: [Int]
  /// Where the maps begin, in bytes, at a multiple of 16.
  let mapOffset: Int
  /// Of one map, `[1, 1, height, width]`.
  let mapShape: Shape

  init(sizes: [Size], mapSize: Size) {
    self.sizes = sizes
    mapShape = Shape(channels: 1, height: mapSize.height, width: mapSize.width)
    var count = 0
    offsets = sizes.map { size in
      defer { count += size.height * size.width }
      return count
    }
    mapOffset = (count * MemoryLayout<UInt16>.stride + 15) / 16 * 16
  }

  private var mapStride: Int { mapShape.elementCount * MemoryLayout<Float>.stride }
  /// The bytes of all maps.
  var mapBytes: Int { sizes.count * mapStride }
  /// The bytes of mattes and maps.
  var byteCount: Int { mapOffset + mapBytes }

  /// The bytes of a picture's matte.
  func matte(_ index: Int) -> Range<Int> {
    let stride = MemoryLayout<UInt16>.stride
    return offsets[index] * stride..<(offsets[index] + sizes[index].height * sizes[index].width) * stride
  }

  /// The bytes of a picture's map.
  func map(_ index: Int) -> Range<Int> { mapOffset + index * mapStride..<mapOffset + (index + 1) * mapStride }
}
