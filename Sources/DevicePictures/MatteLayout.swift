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
    mapOffset = (count * MemoryLayout<UInt16>.stride).alignedForVectors
  }

  private var mapStride: Int { mapShape.elementCount * MemoryLayout<Float>.stride }
  /// The size of all maps in bytes.
  var mapBytes: Int { sizes.count * mapStride }
  /// The size of mattes and maps in bytes.
  var byteCount: Int { mapOffset + mapBytes }

  /// The matte of a picture.
  ///
  /// - Parameter start: where the mattes begin in the bytes.
  func matte(_ index: Int, in bytes: UnsafeRawBufferPointer, from start: Int = 0) -> AlphaMatte {
    let size = sizes[index]
    let offset = start + offsets[index] * MemoryLayout<UInt16>.stride
    return AlphaMatte(size: size, values: bytes.values(size.height * size.width, at: offset))
  }

  /// The map of a picture.
  ///
  /// - Parameter start: where the maps begin in the bytes.
  func map(_ index: Int, in bytes: UnsafeRawBufferPointer, from start: Int) -> Tensor {
    let first = start + index * mapStride
    return Tensor(shape: mapShape) { values in
      UnsafeMutableRawBufferPointer(values).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: bytes[first..<first + mapStride]))
    }
  }

  /// The mattes in a buffer's bytes with their maps, in the pictures' order.
  func mattes(in bytes: UnsafeRawBufferPointer) -> [RefinedMatte] {
    sizes.indices.map { RefinedMatte(map: map($0, in: bytes, from: mapOffset), matte: matte($0, in: bytes)) }
  }
}

/// A picture's matte that the device has refined.
package struct RefinedMatte: Sendable {
  /// The network's first output, `[1, 1, height, width]`.
  package let map: Tensor
  /// The matte, of the picture's size.
  package let matte: AlphaMatte
}
