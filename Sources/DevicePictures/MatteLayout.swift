package import Matting
package import Tensors

/// The layout of a batch's mattes, and after them the maps that they were refined from, in a buffer.
struct MatteLayout {
  /// The pictures' sizes.
  let sizes: [Size]
  /// The offset of each matte in 16-bit values.
  let offsets: [Int]
  /// The offset of the maps in bytes, a multiple of 16.
  let mapOffset: Int
  /// The shape of one map, `[1, 1, height, width]`.
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
  /// The size of all maps in bytes.
  var mapBytes: Int { sizes.count * mapStride }
  /// The size of mattes and maps in bytes.
  var byteCount: Int { mapOffset + mapBytes }

  /// The range of a picture's matte in bytes.
  func matte(_ index: Int) -> Range<Int> {
    let stride = MemoryLayout<UInt16>.stride
    return offsets[index] * stride..<(offsets[index] + sizes[index].height * sizes[index].width) * stride
  }

  /// The range of a picture's map in bytes.
  func map(_ index: Int) -> Range<Int> { mapOffset + index * mapStride..<mapOffset + (index + 1) * mapStride }

  /// The mattes in a buffer's bytes with their maps, in the pictures' order.
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

/// A picture's matte that the device has refined.
package struct RefinedMatte: Sendable {
  /// The network's first output, `[1, 1, height, width]`.
  package let map: Tensor
  /// The matte, of the picture's size.
  package let matte: AlphaMatte
}
