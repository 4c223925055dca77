public import Tensors

/// A predicted saliency map beside its ground truth, both 8-bit grey of the same size.
public struct SaliencyPair: Sendable {
  /// Of both.
  public let size: Size
  /// The prediction, `[height, width]`: 0 is background, 255 is the salient object.
  public let map: [UInt8]
  /// The ground truth, `[height, width]`: foreground where it is above 128.
  public let mask: [UInt8]

  /// A pair; each picture's pixels must fill its size.
  ///
  /// - Throws: `SizeMismatch` where the two are not of the same size, or hold no pixel.
  public init(map: [UInt8], of mapSize: Size, mask: [UInt8], of maskSize: Size) throws(SizeMismatch) {
    precondition(map.count == mapSize.height * mapSize.width, "\(map.count) pixels do not fill \(mapSize)")
    precondition(mask.count == maskSize.height * maskSize.width, "\(mask.count) pixels do not fill \(maskSize)")
    guard mapSize == maskSize, !map.isEmpty else { throw SizeMismatch(map: mapSize, mask: maskSize) }
    size = mapSize
    self.map = map
    self.mask = mask
  }
}

/// A map and its ground truth that cannot be compared pixel by pixel.
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

  /// The sizes in words.
  public var description: String {
    map == mask ? "the map and its mask hold no pixel (\(map))" : "the map is \(map), its mask \(mask)"
  }
}

/// The smallest step from 1 of a Double, which the reference code adds to denominators.
let epsilon = Double.ulpOfOne
