/// A number that goes up and down.
public final class Gauge: MetricFamily {
  let description: MetricDescription
  let type = "gauge"
  private let table: SeriesTable<Double>

  init(_ description: MetricDescription) {
    self.description = description
    table = SeriesTable(description, initial: 0)
  }

  /// Sets the number.
  ///
  /// - Parameter labels: the value of each label.
  public func set(_ number: Double, _ labels: String...) { table.update(labels) { $0 = number } }

  /// Adds to the number, or takes from it.
  ///
  /// - Parameter labels: the value of each label.
  public func add(_ number: Double, _ labels: String...) { table.update(labels) { $0 += number } }

  /// The number; zero before the first change.
  ///
  /// - Parameter labels: the value of each label.
  public func value(_ labels: String...) -> Double { table.value(labels) ?? 0 }

  var samples: [MetricSample] { table.all.map { MetricSample(labels: $0.labels, value: $0.value) } }
}

/// A gauge without labels that is read when the text is written.
struct ReadGauge: MetricFamily {
  let description: MetricDescription
  let type = "gauge"
  let read: @Sendable () -> Double

  var samples: [MetricSample] { [MetricSample(labels: [], value: read())] }
}
