extension Int {
  /// The quotient, rounded up.
  func dividedRoundingUp(by divisor: Int) -> Int { (self + divisor - 1) / divisor }

  /// The least multiple of `unit` that is not less.
  func roundedUp(toMultipleOf unit: Int) -> Int { dividedRoundingUp(by: unit) * unit }
}
