public import Tensors

/// A predicted saliency map and its ground truth, both 8-bit grey and of the same size.
public struct SaliencyPair: Sendable {
  /// The size of both.
  public let size: Size
  /// The prediction, `[height, width]`: 0 is background, 255 is the salient object.
  public let map: [UInt8]
  /// The ground truth, `[height, width]`; values above 128 are foreground.
  public let mask: [UInt8]

  /// A pair of pictures, `height · width` pixels each.
  ///
  /// - Throws: `SizeMismatch` if the sizes differ or there are no pixels.
  public init(map: [UInt8], of mapSize: Size, mask: [UInt8], of maskSize: Size) throws(SizeMismatch) {
    precondition(map.count == mapSize.height * mapSize.width, "\(map.count) pixels do not fill \(mapSize)")
    precondition(mask.count == maskSize.height * maskSize.width, "\(mask.count) pixels do not fill \(maskSize)")
    guard mapSize == maskSize, !map.isEmpty else { throw SizeMismatch(map: mapSize, mask: maskSize) }
    size = mapSize
    self.map = map
    self.mask = mask
  }
}

/// A map and its ground truth have different sizes, or no pixels.
public struct SizeMismatch: Error, Hashable, Sendable, CustomStringConvertible {
  /// The prediction's size.
  public let map: Size
  /// The ground truth's size.
  public let mask: Size

  /// A map and a mask of these sizes.
  public init(map: Size, mask: Size) {
    self.map = map
    self.mask = mask
  }

  /// Both sizes, for a message.
  public var description: String {
    map == mask ? "the map and its mask have no pixels (\(map))" : "the map is \(map), its mask \(mask)"
  }
}

/// The distance from 1 to the next Double, which the reference code adds to denominators.
let epsilon = Double.ulpOfOne
