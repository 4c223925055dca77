/// How samples in 0 … 1 become what a network was trained on: `(x / divisor − mean) / std`, channel by channel (RGB).
public struct Normalization: Sendable, Hashable {
  /// What samples are divided by before mean and deviation.
  public enum Scaling: String, Sendable, CaseIterable {
    /// The largest sample of the resized picture, or 1e-6 where that is larger (the authors, rembg).
    case maximum = "max"
    /// The largest that a sample can be: 255 or 65535.
    case full = "255"
  }

  /// Subtracted from red, green and blue.
  public var mean: [Float]
  /// Red, green and blue are divided by it.
  public var standardDeviation: [Float]
  /// What samples are divided by first.
  public var scaling: Scaling

  /// A normalization of three means and three deviations, in the scale 0 … 1.
  public init(mean: [Float], standardDeviation: [Float], scaling: Scaling = .maximum) {
    precondition(mean.count == 3 && standardDeviation.count == 3, "a mean and a deviation for red, green and blue")
    self.mean = mean
    self.standardDeviation = standardDeviation
    self.scaling = scaling
  }

  /// The mean and deviation of ImageNet, divided by the picture's maximum: what U²-Net was trained on.
  public static let imageNet = Normalization(mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225])
  /// Mean ½, deviation 1, full scale: what IS-Net (general use) was trained on.
  public static let centered = Normalization(
    mean: [0.5, 0.5, 0.5], standardDeviation: [1, 1, 1], scaling: .full)

  /// Normalizes planes `[3, height, width]` of samples in 0 … 1 in place.
  package func apply(to planes: UnsafeMutableBufferPointer<Float>) {
    let divisor: Float =
      switch scaling {
      case .maximum: max(planes.max() ?? 1, 1e-6)
      case .full: 1
      }
    let plane = planes.count / 3
    for channel in 0..<3 {
      let (mean, deviation) = (mean[channel], standardDeviation[channel])
      for i in channel * plane..<(channel + 1) * plane { planes[i] = (planes[i] / divisor - mean) / deviation }
    }
  }
}
