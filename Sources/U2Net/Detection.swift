public import Images
public import Tensors

/// One of a network's maps, before it is made a mask.
public struct SaliencyMap: Sendable, Equatable {
  /// Such as `d0`, the fused map, or `d1` … `d6`, the side outputs.
  public let name: String
  /// Probabilities, `[1, channels, height, width]`, at the network's own size.
  public let values: Tensor
}

/// What a network found in a picture.
public struct Detection: Sendable {
  /// The maps that were asked for; the first is the saliency map.
  public let maps: [SaliencyMap]
  /// The picture's own size.
  public let pictureSize: Size
  let resampling: Resampling

  /// The saliency map as an 8-bit mask of the picture's size.
  public func mask() throws(Failure) -> Mask {
    guard let first = maps.first else { throw Failure(.model, "the model has no output") }
    return try mask(of: first)
  }

  /// Any of the maps as an 8-bit mask of the picture's size: min–max normalized, then resized.
  public func mask(of map: SaliencyMap) throws(Failure) -> Mask {
    let shape = map.values.shape
    guard shape.rank == 4, shape.channels == 1 else {
      throw Failure(.model, "map \(map.name) has shape \(shape): a model with one channel is needed for a mask")
    }
    return Mask(saliency: map.values.values, of: shape.size, resizedTo: pictureSize, resampling: resampling)
  }
}
