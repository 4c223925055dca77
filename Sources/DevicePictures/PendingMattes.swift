package import Matting
import OpenCL
package import Tensors

/// The mattes of a batch that is on its way, and the maps that they were refined from.
package final class PendingMattes: PendingBatch {
  /// What came of one picture.
  package struct Result: Sendable {
    /// The network's first output, `[1, 1, height, width]`.
    package let map: Tensor
    /// Of the picture's size.
    package let matte: AlphaMatte
  }

  let layout: MatteLayout
  /// When the mattes are on the host.
  var downloaded: Event?

  private let lane: PictureLane
  private var landed: [Result]?

  init(_ layout: MatteLayout, lane: PictureLane) {
    self.layout = layout
    self.lane = lane
  }

  /// Waits; in the pictures' order.
  ///
  /// - Throws: `CLError` where the device failed on the way.
  package func results() throws -> [Result] {
    try land()
    return landed ?? []
  }

  func land() throws {
    guard landed == nil else { return }
    if downloaded != nil { try downloaded?.wait() }
    let bytes = lane.downloaded ?? UnsafeRawBufferPointer(start: nil, count: 0)
    landed = layout.sizes.indices.map { index in
      let size = layout.sizes[index]
      let matte = UnsafeRawBufferPointer(rebasing: bytes[layout.matte(index)])
      let values = [UInt16](unsafeUninitializedCapacity: size.height * size.width) { values, initialized in
        UnsafeMutableRawBufferPointer(values).copyMemory(from: matte)
        initialized = values.count
      }
      let map = Tensor(shape: layout.mapShape) { values in
        UnsafeMutableRawBufferPointer(values).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: bytes[layout.map(index)]))
      }
      return Result(map: map, matte: AlphaMatte(size: size, values: values))
    }
    lane.pending = nil
  }
}
