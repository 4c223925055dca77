import Tensors

/// The number of channels of a block, the unit of `Plan.Layout.blocked`.
let channelsOfBlock = 16

/// The size in bytes of the vectors that work-items of GPUs load and store.
private let vectorByteCount = 16

extension Shape {
  /// The number of blocks of a blocked value's channels.
  var blocks: Int { channels / channelsOfBlock }
}

extension Precision {
  /// The number of elements of a vector of 16 bytes.
  var elementsOfVector: Int { vectorByteCount / byteCount }
}

extension Int {
  /// The quotient, rounded up.
  func dividedRoundingUp(by divisor: Int) -> Int { (self + divisor - 1) / divisor }

  /// The least multiple of `unit` that is not smaller.
  func roundedUp(toMultipleOf unit: Int) -> Int { dividedRoundingUp(by: unit) * unit }
}
