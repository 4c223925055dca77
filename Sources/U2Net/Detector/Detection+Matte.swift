public import Pictures
public import Matting
import Tensors

/// How a network's map, which is small, is brought to a picture's size.
public enum Edges: String, Sendable, CaseIterable, Codable {
  /// Interpolated, as the authors do: blurred where the picture is sharp.
  case interpolated
  /// Guided by the picture's colours: `GuidedUpsampling`.
  case refined
  /// Solved for in the band around them, from the guided result on: `ClosedFormMatting`.
  case matted
}

extension Detection {
  /// The saliency map as a matte of the picture's size.
  ///
  /// - Parameters:
  ///   - picture: the one that was detected in.
  ///   - background: what it is laid over where it is transparent.
  /// - Throws: `Failure` where the model has no map of one channel.
  public func matte(of picture: Picture, edges: Edges, background: Color = .white) throws(Failure) -> AlphaMatte {
    // A drawing or a map of labels has no edges that the picture's colours could tell.
    switch profile.task == .saliency ? edges : .interpolated {
    case .interpolated: AlphaMatte(try mask())
    case .refined:
      if let refined, refined.background == background || !picture.hasAlpha {
        refined.matte
      } else {
        GuidedUpsampling().matte(of: try coarseMask(), for: picture.flattened(over: background))
      }
    case .matted: ClosedFormMatting().matte(of: try coarseMask(), for: picture.flattened(over: background))
    }
  }

  /// The saliency map, min–max normalized, at the network's size.
  func coarseMask() throws(Failure) -> CoarseMask {
    guard let first = maps.first else { throw Failure(.model, "the model has no output") }
    let shape = first.values.shape
    guard shape.rank == 4, shape.channels == 1 else {
      throw Failure(.model, "map \(first.name) has shape \(shape): a model with one channel is needed for a mask")
    }
    return CoarseMask(size: shape.size, values: Mask.minMaxNormalized(first.values.values))
  }
}
