/// A number that only grows.
public final class Counter: MetricFamily {
  let description: MetricDescription
  let type = "counter"
  private let table: SeriesTable<Double>

  init(_ description: MetricDescription) {
    self.description = description
    table = SeriesTable(description, initial: 0)
  }

  /// Adds a number, one by default, that is not negative.
  ///
  /// - Parameter labels: the value of each label.
  public func add(_ number: Double = 1, _ labels: String...) {
    precondition(number >= 0, "the counter \(description.name) would shrink")
    table.update(labels) { $0 += number }
  }

  /// The number; zero before the first addition.
  ///
  /// - Parameter labels: the value of each label.
  public func value(_ labels: String...) -> Double { table.value(labels) ?? 0 }

  var samples: [MetricSample] { table.all.map { MetricSample(labels: $0.labels, value: $0.value) } }
}
