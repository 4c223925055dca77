import Pictures

/// How the kernels read a map's values: `form` in `map_values.cl`.
enum MapForm: Int32 {
  /// Stretched from the least to the greatest value.
  case stretched = 0
  /// Probabilities as they are.
  case probabilities = 1
  /// Logits, through a sigmoid.
  case logits = 2

  init(_ normalization: MapNormalization, areProbabilities: Bool) {
    switch normalization {
    case .minMax: self = .stretched
    case .identity: self = areProbabilities ? .probabilities : .logits
    }
  }
}
