import Pictures
public import Saliency
import Tensors

extension Detection {
  /// The loss that the network is trained by, of each of the maps against ground truth.
  ///
  /// As in the authors' training the ground truth is divided by its maximum and brought to the maps' size by its nearest
  /// pixels; the maps are the network's own, neither normalized nor resized.
  ///
  /// - Throws: `Failure` where a map has several channels, or values that are no probabilities.
  public func loss(against mask: Mask) throws(Failure) -> DeepSupervisionLoss {
    for map in maps {
      guard map.values.shape.rank == 4, map.values.shape.channels == 1 else {
        throw Failure(.model, "map \(map.name) has shape \(map.values.shape): the loss is of maps of one channel")
      }
      guard map.values.values.allSatisfy({ (0...1).contains($0) }) else {
        throw Failure(.model, "map \(map.name) has values that are not in 0 … 1: the loss is of probabilities")
      }
    }
    guard let first = maps.first else { throw Failure(.model, "the model has no output") }
    return try asFailure {
      try DeepSupervisionLoss(maps: maps.map(\.values), target: mask.target(of: first.values.shape.size))
    }
  }
}

extension Mask {
  /// What a map of that size should be: `[1, 1, height, width]`, 0 … 1.
  func target(of target: Size) -> Tensor {
    func nearest(_ index: Int, _ count: Int, of source: Int) -> Int {
      min(source - 1, (2 * index + 1) * source / (2 * count))
    }
    let most = Float(max(1, pixels.max() ?? 0))
    let columns = (0..<target.width).map { nearest($0, target.width, of: size.width) }
    let values = (0..<target.height).flatMap { y in
      let row = nearest(y, target.height, of: size.height) * size.width
      return columns.map { Float(pixels[row + $0]) / most }
    }
    return Tensor(shape: Shape(channels: 1, height: target.height, width: target.width), values: values)
  }
}
