package import Datasets
package import Models
package import Saliency
import Tensors

/// The networks of the U²-Net paper.
package enum PaperNetwork: String, Sendable, CaseIterable, Codable {
  /// U²-Net with 44 million parameters.
  case full = "U²-Net"
  /// U²-Net† with 1.1 million parameters.
  case small = "U²-Net†"

  /// The network with about this number of parameters; nil if there is none.
  init?(parameterCount: Int) {
    switch parameterCount {
    case 1_000_000..<1_300_000: self = .small
    case 40_000_000..<48_000_000: self = .full
    default: return nil
    }
  }

  /// The measures in tables 3 and 4 of the paper.
  package func row(on benchmark: Dataset.Benchmark) -> [Measure: Double] {
    let values: [Double] =
      switch (self, benchmark) {
      case (.full, .dutOMRON): [0.823, 0.054, 0.757, 0.847, 0.702]
      case (.full, .dutsTE): [0.873, 0.044, 0.804, 0.861, 0.765]
      case (.full, .hkuIS): [0.935, 0.031, 0.890, 0.916, 0.812]
      case (.full, .ecssd): [0.951, 0.033, 0.910, 0.928, 0.836]
      case (.full, .pascalS): [0.859, 0.074, 0.797, 0.844, 0.657]
      case (.full, .sod): [0.861, 0.108, 0.748, 0.786, 0.613]
      case (.small, .dutOMRON): [0.813, 0.060, 0.731, 0.837, 0.676]
      case (.small, .dutsTE): [0.852, 0.054, 0.763, 0.847, 0.723]
      case (.small, .hkuIS): [0.928, 0.037, 0.867, 0.908, 0.794]
      case (.small, .ecssd): [0.943, 0.041, 0.885, 0.918, 0.808]
      case (.small, .pascalS): [0.849, 0.086, 0.768, 0.831, 0.627]
      case (.small, .sod): [0.841, 0.124, 0.697, 0.759, 0.559]
      }
    return Dictionary(uniqueKeysWithValues: zip(Self.measures, values))
  }

  /// The measures of the paper, in its order.
  package static let measures: [Measure] = [.maxFPR, .mae, .weightedF, .sMeasure, .relaxedBoundaryF]
}

extension Model {
  /// The network of the paper with the size of this model; nil if there is none.
  package var paperNetwork: PaperNetwork? {
    PaperNetwork(
      parameterCount: parameters.names.reduce(0) { $0 + (parameters.shape(of: $1)?.elementCount ?? 0) })
  }
}
