internal import CMath

/// A resize filter: the weight of a source pixel by its distance from the target pixel's centre.
package enum ResizeFilter: Sendable {
  /// 1 − |x| for |x| < 1.
  case triangle
  /// sinc(x) · sinc(x / 3) for |x| < 3.
  case lanczos3

  var radius: Double {
    switch self {
    case .triangle: 1
    case .lanczos3: 3
    }
  }

  func weight(at x: Double) -> Double {
    switch self {
    case .triangle: max(0, 1 - abs(x))
    case .lanczos3: abs(x) < 3 ? Self.sinc(x) * Self.sinc(x / 3) : 0
    }
  }

  private static func sinc(_ x: Double) -> Double { x == 0 ? 1 : sin(x * .pi) / (x * .pi) }
}
