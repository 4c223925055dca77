/// How many pixels a printed picture has on a length, horizontally and vertically.
public struct Density: Sendable, Hashable {
  /// The length.
  public enum Unit: Sendable, Hashable {
    /// 25.4 mm: the unit of dpi.
    case inch
    /// The other unit of JPEG and EXIF.
    case centimetre
    /// The unit of PNG.
    case metre

    fileprivate var metres: Double {
      switch self {
      case .inch: 0.0254
      case .centimetre: 0.01
      case .metre: 1
      }
    }
  }

  /// Pixels on a unit of length from left to right; positive.
  public var horizontal: Double
  /// Pixels on a unit of length from top to bottom; positive.
  public var vertical: Double
  /// The unit of length.
  public var unit: Unit

  /// A density of two positive numbers.
  public init(horizontal: Double, vertical: Double, unit: Unit) {
    self.horizontal = horizontal
    self.vertical = vertical
    self.unit = unit
  }

  /// The density of the picture after a turn that exchanges width and height.
  var swapped: Density { Density(horizontal: vertical, vertical: horizontal, unit: unit) }

  /// The density in whole pixels on a unit.
  ///
  /// - Parameter limit: the largest number that the format holds.
  /// - Returns: nil if a number is not in 1 … `limit`.
  func rounded(in unit: Unit, limit: Int) -> (horizontal: Int, vertical: Int)? {
    let scale = unit == self.unit ? 1 : unit.metres / self.unit.metres
    let values = [horizontal, vertical].map { ($0 * scale).rounded() }
    guard values.allSatisfy({ $0 >= 1 && $0 <= Double(limit) }) else { return nil }
    return (Int(values[0]), Int(values[1]))
  }
}
