import Models
package import Pictures
package import Saliency
import Tensors
package import U2Net

extension Detection {
  /// The training loss of each of the maps against ground truth.
  ///
  /// As in the authors' training, the ground truth is divided by its maximum and resized to the maps by nearest pixels;
  /// the maps are neither normalized nor resized.
  /// - Throws: `Failure` if a map has several channels, or values that are not probabilities.
  package func loss(against mask: Mask) throws(Failure) -> DeepSupervisionLoss {
    for map in maps {
      guard map.values.shape.rank == 4, map.values.shape.channels == 1 else {
        throw Failure(.model, "map \(map.name) has shape \(map.values.shape): the loss needs maps of one channel")
      }
      guard map.values.values.allSatisfy({ (0...1).contains($0) }) else {
        throw Failure(.model, "map \(map.name) has values outside 0 … 1: the loss needs probabilities")
      }
    }
    return try asFailure {
      try DeepSupervisionLoss(maps: maps.map(\.values), target: mask.target(of: mainMap.values.shape.size))
    }
  }
}

extension Mask {
  /// The ideal map of a size: `[1, 1, height, width]`, 0 … 1.
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
