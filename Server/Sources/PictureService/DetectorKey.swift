public import U2Net

/// What tells the detectors of a device apart: the model, and how its pictures are prepared.
public struct DetectorKey: Hashable, Sendable {
  /// How pictures become a network's input, and its maps masks. There are few combinations, because a network
  /// is loaded for each of them.
  public struct Preparation: Hashable, Sendable {
    /// Whether maps are stretched from their least to their greatest value.
    public var stretches = true
    /// How pictures are resized to the network's input.
    public var resampling = Resampling.bilinear
    /// How masks are resized to the size of the picture; nil for the same as `resampling`.
    public var maskResampling: Resampling?

    /// The preparation of U²-Net's authors.
    public init() {}
  }

  /// The name of an installed model, or of the built-in one.
  public var model: String
  /// How pictures are prepared.
  public var preparation: Preparation

  /// Creates a key.
  public init(model: String = DetectorLoader.builtInName, _ preparation: Preparation = Preparation()) {
    (self.model, self.preparation) = (model, preparation)
    if preparation.maskResampling == preparation.resampling { self.preparation.maskResampling = nil }
  }
}
