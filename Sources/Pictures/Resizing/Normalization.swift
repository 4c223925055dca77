/// The normalization of a network's input: `(x / divisor − mean) / deviation` for samples x in 0 … 1, by channel (RGB).
public struct Normalization: Sendable, Hashable {
  /// The divisors of samples.
  public enum Scaling: String, Sendable, CaseIterable {
    /// The largest sample of the resized picture, but at least 1e-6 (U²-Net's authors, rembg).
    case maximum = "max"
    /// The largest possible sample: 255 or 65535.
    case full = "255"
  }

  /// The means of red, green and blue, which are subtracted.
  public var mean: [Float]
  /// The deviations, by which red, green and blue are divided.
  public var standardDeviation: [Float]
  /// The divisor of the samples.
  public var scaling: Scaling

  /// A normalization with three means and three deviations, of samples in 0 … 1.
  public init(mean: [Float], standardDeviation: [Float], scaling: Scaling = .maximum) {
    precondition(mean.count == 3 && standardDeviation.count == 3, "a mean and a deviation for red, green and blue")
    self.mean = mean
    self.standardDeviation = standardDeviation
    self.scaling = scaling
  }

  /// The mean and deviation of ImageNet, of samples divided by the picture's maximum: for U²-Net.
  public static let imageNet = Normalization(mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225])
  /// Mean ½, deviation 1, full scale: for IS-Net (general use).
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
