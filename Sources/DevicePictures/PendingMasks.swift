package import Images
import OpenCL
package import Tensors

/// The masks of a batch that is on its way.
package final class PendingMasks: PendingBatch {
  /// The pictures' sizes.
  package let sizes: [Size]
  /// Where each mask begins among the batch's bytes, and how many there are.
  let offsets: [Int]
  let byteCount: Int
  /// When the masks are on the host.
  var downloaded: Event?

  private let lane: PictureLane
  private var landed: [Mask]?

  init(sizes: [Size], lane: PictureLane) {
    self.sizes = sizes
    self.lane = lane
    var offset = 0
    offsets = sizes.map { size in
      defer { offset += size.height * size.width }
      return offset
    }
    byteCount = offset
  }

  /// Waits for the masks; in the pictures' order.
  ///
  /// - Throws: `CLError` where the device failed on the way.
  package func masks() throws -> [Mask] {
    try land()
    return landed ?? []
  }

  func land() throws {
    guard landed == nil else { return }
    if downloaded != nil { try downloaded?.wait() }
    let bytes = lane.downloaded ?? UnsafeRawBufferPointer(start: nil, count: 0)
    landed = zip(sizes, offsets).map { size, offset in
      Mask(size: size, pixels: [UInt8](bytes[offset..<offset + size.height * size.width]))
    }
    lane.pending = nil
  }
}
