/// Which precision is asked for: how activations and weights are stored. Sums, the input and all maps are float32.
public enum PrecisionRequest: String, Hashable, Sendable, CaseIterable, Codable {
  /// Half precision on a GPU where a trial shows that the maps stay what they were; else single precision.
  case auto
  /// Single precision.
  case fp32
  /// Half precision.
  case fp16
}
