/// How a device stores activations and weights; sums, the network's input, its side outputs and what is made of them are
/// float32 in any case.
public enum Precision: String, Hashable, Sendable, CaseIterable, Codable {
  /// Single precision.
  case float32 = "fp32"
  /// Half precision, rounded to nearest.
  case float16 = "fp16"

  /// The bytes of an element.
  package var byteCount: Int {
    switch self {
    case .float32: 4
    case .float16: 2
    }
  }

  /// The float32 elements whose memory `count` elements take; for halves an even number.
  package func float32Count(of count: Int) -> Int { count * byteCount / MemoryLayout<Float>.stride }
}
