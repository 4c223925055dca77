package import Matting
package import Tensors

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

  /// The mattes in that memory with their maps, in the pictures' order.
  func mattes(in bytes: UnsafeRawBufferPointer) -> [RefinedMatte] {
    sizes.indices.map { index in
      let size = sizes[index]
      let source = UnsafeRawBufferPointer(rebasing: bytes[matte(index)])
      let values = [UInt16](unsafeUninitializedCapacity: size.height * size.width) { values, initialized in
        UnsafeMutableRawBufferPointer(values).copyMemory(from: source)
        initialized = values.count
      }
      let map = Tensor(shape: mapShape) { values in
        UnsafeMutableRawBufferPointer(values).copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[self.map(index)]))
      }
      return RefinedMatte(map: map, matte: AlphaMatte(size: size, values: values))
    }
  }
}

/// What the device refines of one picture.
package struct RefinedMatte: Sendable {
  /// The network's first output, `[1, 1, height, width]`.
  package let map: Tensor
  /// Of the picture's size.
  package let matte: AlphaMatte
}
