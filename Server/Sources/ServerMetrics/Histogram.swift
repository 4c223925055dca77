/// How often a number lies within certain bounds, and its sum.
public final class Histogram: MetricFamily {
  /// The observations of a series.
  private struct Series: Sendable {
    /// The number of observations in each bucket, those of lower buckets not included; the last bucket has no bound.
    var counts: [Int]
    var sum = 0.0
  }

  let description: MetricDescription
  let type = "histogram"
  private let bounds: [Double]
  private let table: SeriesTable<Series>

  /// Bounds for durations in seconds, from a millisecond to a minute.
  public static let seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
  /// Bounds for small counts such as batch sizes: powers of two up to 64.
  public static let counts = [1.0, 2, 4, 8, 16, 32, 64]

  init(_ description: MetricDescription, bounds: [Double]) {
    self.description = description
    self.bounds = bounds
    table = SeriesTable(description, initial: Series(counts: Array(repeating: 0, count: bounds.count + 1)))
  }

  /// Adds an observation. One that is not a number counts in the last bucket, and makes the sum one that is none.
  ///
  /// - Parameter labels: the value of each label.
  public func observe(_ number: Double, _ labels: String...) {
    let bucket = bounds.firstIndex { number <= $0 } ?? bounds.count
    table.update(labels) { series in
      series.counts[bucket] += 1
      series.sum += number
    }
  }

  /// Adds a duration in seconds.
  ///
  /// - Parameter labels: the value of each label.
  public func observe(_ duration: Duration, _ labels: String...) {
    let number = duration / .seconds(1)
    let bucket = bounds.firstIndex { number <= $0 } ?? bounds.count
    table.update(labels) { series in
      series.counts[bucket] += 1
      series.sum += number
    }
  }

  /// The number of observations.
  ///
  /// - Parameter labels: the value of each label.
  public func count(_ labels: String...) -> Int { table.value(labels)?.counts.reduce(0, +) ?? 0 }

  var samples: [MetricSample] {
    table.all.flatMap { labels, series in
      var total = 0
      var samples = zip(bounds + [.infinity], series.counts).map { bound, count in
        total += count
        let bound = ("le", MetricText.number(bound))
        return MetricSample(suffix: "_bucket", labels: labels + [bound], value: Double(total))
      }
      samples.append(MetricSample(suffix: "_sum", labels: labels, value: series.sum))
      samples.append(MetricSample(suffix: "_count", labels: labels, value: Double(total)))
      return samples
    }
  }
}
