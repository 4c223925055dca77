import Pictures
import Tensors

/// The layout of a batch's 8-bit masks, one after the other in a buffer.
struct MaskLayout {
  /// The pictures' sizes.
  let sizes: [Size]
  /// The offset of each mask in bytes.
  let offsets: [Int]
  /// The size of all masks in bytes.
  let byteCount: Int

  init(sizes: [Size]) {
    self.sizes = sizes
    var count = 0
    offsets = sizes.map { size in
      defer { count += size.height * size.width }
      return count
    }
    byteCount = count
  }

  /// The masks in a buffer's bytes, in the pictures' order.
  func masks(in bytes: UnsafeRawBufferPointer) -> [Mask] {
    zip(sizes, offsets).map { size, offset in
      Mask(size: size, pixels: [UInt8](bytes[offset..<offset + size.height * size.width]))
    }
  }
}
