public import Pictures
public import Matting
import Tensors

/// How a network's map, which is small, is brought to the size of the picture.
public enum Edges: String, Sendable, CaseIterable, Codable {
  /// Interpolated, as the authors of U²-Net do: blurred where the picture is sharp.
  case interpolated
  /// Guided by the picture's colours; see `GuidedUpsampling`.
  case refined
  /// Refined first, and then solved for alpha in a band around the edges; see `ClosedFormMatting`.
  case matted
}

extension Detection {
  /// The saliency map as a matte of the picture's size.
  ///
  /// - Parameters:
  ///   - picture: the picture that this detection was made of.
  ///   - edges: how the edges of the subject are made.
  ///   - background: the colour that transparent pixels of the picture are laid over.
  /// - Throws: `Failure` if the main map has several channels.
  public func matte(of picture: Picture, edges: Edges, background: Color = .white) throws(Failure) -> AlphaMatte {
    // The colours of the picture say nothing about the edges of a drawing or of a label map.
    switch profile.task == .saliency ? edges : .interpolated {
    case .interpolated: AlphaMatte(try mask())
    case .refined:
      if let matte = refined(picture, over: background)?.matte {
        matte
      } else {
        GuidedUpsampling().matte(of: try coarseMask(), for: picture.flattened(over: background))
      }
    case .matted: ClosedFormMatting().matte(of: try coarseMask(), for: picture.flattened(over: background))
    }
  }

  /// The cut-out of the picture with refined edges, as `ForegroundEstimation` makes it, if the device has made it; with
  /// the same parameters as `matte(of:edges:background:)`.
  package func refinedCutout(of picture: Picture, background: Color) -> Picture? {
    refined(picture, over: background)?.cutout
  }

  /// What the device has made, if it holds for this background.
  private func refined(_ picture: Picture, over background: Color) -> Refined? {
    guard profile.task == .saliency, let refined, refined.background == background || !picture.hasAlpha else {
      return nil
    }
    return refined
  }

  /// The main map, normalized, at the network's size.
  package func coarseMask() throws(Failure) -> CoarseMask {
    let shape = mainMap.values.shape
    guard shape.rank == 4, shape.channels == 1 else {
      throw Failure(.model, "map \(mainMap.name) has shape \(shape): a mask needs a model with one channel")
    }
    let values = normalization.applied(to: mainMap.values.values, areProbabilities: mainMap.areProbabilities)
    return CoarseMask(size: shape.size, values: values)
  }
}
