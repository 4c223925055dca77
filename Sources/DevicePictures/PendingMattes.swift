import Images
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

  /// The pictures' sizes.
  let sizes: [Size]
  /// Where each matte begins among the batch's 16-bit values.
  let offsets: [Int]
  /// Where the maps begin among the batch's bytes, behind the mattes, and how many bytes they are.
  let mapOffset: Int
  let mapBytes: Int
  /// When the mattes are on the host.
  var downloaded: Event?

  private let mapShape: Shape
  private let lane: PictureLane
  private var landed: [Result]?

  init(sizes: [Size], mapSize: Size, lane: PictureLane) {
    self.sizes = sizes
    self.lane = lane
    mapShape = Shape(channels: 1, height: mapSize.height, width: mapSize.width)
    var count = 0
    offsets = sizes.map { size in
      defer { count += size.height * size.width }
      return count
    }
    mapOffset = (count * MemoryLayout<UInt16>.stride + 15) / 16 * 16
    mapBytes = sizes.count * mapShape.elementCount * MemoryLayout<Float>.stride
  }

  /// The bytes of mattes and maps together.
  var byteCount: Int { mapOffset + mapBytes }

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
    landed = sizes.indices.map { index in
      let (size, stride) = (sizes[index], MemoryLayout<UInt16>.stride)
      let count = size.height * size.width
      let values = [UInt16](unsafeUninitializedCapacity: count) { values, initialized in
        UnsafeMutableRawBufferPointer(values).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: bytes[offsets[index] * stride..<(offsets[index] + count) * stride]))
        initialized = count
      }
      return Result(map: map(index, in: bytes), matte: AlphaMatte(size: size, values: values))
    }
    lane.pending = nil
  }

  private func map(_ index: Int, in bytes: UnsafeRawBufferPointer) -> Tensor {
    let count = mapBytes / sizes.count
    let first = mapOffset + index * count
    return Tensor(shape: mapShape) { values in
      UnsafeMutableRawBufferPointer(values).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: bytes[first..<first + count]))
    }
  }
}
