internal import Synchronization

/// A value for each combination of the values of a metric's labels.
final class SeriesTable<Value: Sendable>: Sendable {
  private let series: Mutex<[[String]: Value]>
  private let initial: Value
  private let description: MetricDescription

  /// - Parameter initial: the value of a series before its first change. A metric without labels has its one series
  ///   from the beginning, so that a rate can be taken of its first change.
  init(_ description: MetricDescription, initial: Value) {
    self.description = description
    self.initial = initial
    series = Mutex(description.labels.isEmpty ? [[]: initial] : [:])
  }

  func update(_ labels: [String], _ change: (inout Value) -> Void) {
    precondition(
      labels.count == description.labels.count, "\(description.name) has \(description.labels.count) labels")
    series.withLock { change(&$0[labels, default: initial]) }
  }

  /// The value of a series; nil before its first change.
  func value(_ labels: [String]) -> Value? { series.withLock { $0[labels] } }

  /// Every series, in the order of the labels' values.
  var all: [(labels: [(String, String)], value: Value)] {
    series.withLock { $0 }
      .sorted { $0.key.lexicographicallyPrecedes($1.key) }
      .map { (description.pairs($0.key), $0.value) }
  }
}
