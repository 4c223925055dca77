internal import Synchronization

/// The metrics of a process, and their text for Prometheus.
///
/// Metrics are made once, when the process starts; each is safe to use from any thread. Names follow the rules of
/// `promtool check metrics`; one that does not is an error of the program and ends it.
public final class MetricRegistry: Sendable {
  private let families = Mutex<[any MetricFamily]>([])

  /// The media type of `text`.
  public static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

  /// Creates a registry without metrics.
  public init() {}

  /// Makes a counter.
  ///
  /// - Parameters:
  ///   - name: the name, which ends in `_total`.
  ///   - help: what is counted, in one sentence.
  ///   - labels: the names of the labels. Their values must come from a small, fixed set, never from a client.
  public func counter(_ name: String, help: String, labels: [String] = []) -> Counter {
    precondition(name.hasSuffix("_total"), "the counter \(name) does not end in _total")
    return add(Counter(MetricDescription(name, help, labels)))
  }

  /// Makes a gauge.
  ///
  /// - Parameters:
  ///   - name: the name, with its unit at the end: `_bytes`, `_seconds`.
  ///   - help: what is measured, in one sentence.
  ///   - labels: the names of the labels. Their values must come from a small, fixed set, never from a client.
  public func gauge(_ name: String, help: String, labels: [String] = []) -> Gauge {
    precondition(!name.hasSuffix("_total"), "the gauge \(name) ends in _total, as counters do")
    return add(Gauge(MetricDescription(name, help, labels)))
  }

  /// Makes a gauge that is read when the text is written.
  ///
  /// - Parameters:
  ///   - name: the name, with its unit at the end: `_bytes`, `_seconds`.
  ///   - help: what is measured, in one sentence.
  ///   - read: returns the value; called on any thread.
  public func gauge(_ name: String, help: String, read: @escaping @Sendable () -> Double) {
    precondition(!name.hasSuffix("_total"), "the gauge \(name) ends in _total, as counters do")
    _ = add(ReadGauge(description: MetricDescription(name, help, []), read: read))
  }

  /// Makes a histogram.
  ///
  /// - Parameters:
  ///   - name: the name, with its unit at the end: `_bytes`, `_seconds`.
  ///   - help: what is measured, in one sentence.
  ///   - labels: the names of the labels. Their values must come from a small, fixed set, never from a client.
  ///   - bounds: the upper bounds of the buckets, ascending and finite; a bucket without a bound is added.
  public func histogram(_ name: String, help: String, labels: [String] = [], bounds: [Double]) -> Histogram {
    let reserved = ["_total", "_count", "_sum", "_bucket"].contains { name.hasSuffix($0) }
    precondition(!reserved, "the histogram \(name) has a reserved ending")
    precondition(!bounds.isEmpty && bounds.allSatisfy(\.isFinite), "the buckets of \(name) are not finite")
    precondition(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "the buckets of \(name) do not ascend")
    precondition(!labels.contains("le"), "the label le of \(name) is reserved")
    return add(Histogram(MetricDescription(name, help, labels), bounds: bounds))
  }

  /// Everything in the text format of Prometheus 0.0.4, in the order of the names.
  public var text: String {
    let families = families.withLock { $0 }
    return families.map { family in
      let description = family.description
      var text = "# HELP \(description.name) \(MetricText.escapedHelp(description.help))\n"
      text += "# TYPE \(description.name) \(family.type)\n"
      for sample in family.samples { text += sample.line(description.name) }
      return text
    }.joined()
  }

  private func add<Family: MetricFamily>(_ family: Family) -> Family {
    let name = family.description.name
    families.withLock { families in
      let place = families.firstIndex { $0.description.name >= name } ?? families.count
      let isNew = place == families.count || families[place].description.name != name
      precondition(isNew, "there are two metrics named \(name)")
      families.insert(family, at: place)
    }
    return family
  }
}

/// A metric with all values of its labels.
protocol MetricFamily: Sendable {
  var description: MetricDescription { get }
  /// The word after `# TYPE`.
  var type: String { get }
  /// The samples in an order that does not change.
  var samples: [MetricSample] { get }
}

/// The name, the help and the labels of a metric.
struct MetricDescription: Sendable {
  let name: String
  let help: String
  let labels: [String]

  init(_ name: String, _ help: String, _ labels: [String]) {
    precondition(Self.isName(name), "\(name) is not the name of a metric: lower case, digits and underscores")
    precondition(!help.isEmpty, "\(name) has no help")
    precondition(labels.allSatisfy(Self.isName) && Set(labels).count == labels.count, "\(name) has wrong labels")
    (self.name, self.help, self.labels) = (name, help, labels)
  }

  /// Prometheus allows more, but promtool advises against upper case, and colons belong to recording rules.
  private static func isName(_ name: String) -> Bool {
    guard let first = name.utf8.first, UInt8(ascii: "a")...UInt8(ascii: "z") ~= first else { return false }
    return !name.contains("__")
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
        default: false
        }
      }
  }

  /// Labels and values as pairs.
  func pairs(_ values: [String]) -> [(String, String)] { Array(zip(labels, values)) }
}

/// A line of the text.
struct MetricSample {
  /// What follows the name of the metric, such as `_bucket`.
  var suffix = ""
  /// The names of the labels, and their values.
  let labels: [(String, String)]
  let value: Double

  func line(_ name: String) -> String {
    let pairs = labels.map { "\($0.0)=\"\(MetricText.escapedLabel($0.1))\"" }.joined(separator: ",")
    return "\(name)\(suffix)\(pairs.isEmpty ? "" : "{\(pairs)}") \(MetricText.number(value))\n"
  }
}

/// Numbers and escapes of the text format.
enum MetricText {
  static func escapedHelp(_ text: String) -> String { escaped(text, quotes: false) }
  static func escapedLabel(_ text: String) -> String { escaped(text, quotes: true) }

  static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
    // Whole numbers without an exponent or a point, so that counts are easy to read.
    return value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
  }

  private static func escaped(_ text: String, quotes: Bool) -> String {
    var result = ""
    // By scalars: "\r\n" is one character.
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\"" where quotes: result += "\\\""
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
