import Pictures
import Tensors

/// Where a batch's masks lie in one piece of memory, one behind the other.
struct MaskLayout {
  /// The pictures' sizes.
  let sizes: [Size]
  /// Where each mask begins.
  let offsets: [Int]
  /// The bytes of all masks.
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

  /// The masks in that memory, in the pictures' order.
  func masks(in bytes: UnsafeRawBufferPointer) -> [Mask] {
    zip(sizes, offsets).map { size, offset in
      Mask(size: size, pixels: [UInt8](bytes[offset..<offset + size.height * size.width]))
    }
  }
}
