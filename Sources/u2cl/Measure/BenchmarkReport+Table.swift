import Benchmarking
import Models
import U2Net

extension BenchmarkReport: Presentable {
  /// The model and the device, the times of what happens once, and the times of each phase.
  var table: String {
    var rows = [
      [
        "model", "\(model), \(width)×\(height), batch \(batch), \(maps.label), \(Format.gigaMACs(multiplyAccumulates))",
      ],
      ["device", device.label], ["precision", precision.rawValue + (products.map { ", \($0)" } ?? "")],
    ]
    if let withoutPasses { rows.append(["without", withoutPasses.joined(separator: ", ")]) }
    if let peak = peakGigaMACsPerSecond { rows.append(["peak", "\(Format.fixed(peak, 1)) GMAC/s, measured"]) }
    if let memory {
      rows.append(["memory", "\(memory.label); the process on the host \(peakHostMemory >> 20) MiB"])
    } else {
      rows.append(["memory", "the process on the host \(peakHostMemory >> 20) MiB"])
    }
    for (name, seconds) in once {
      let programs = name == "compile" ? cacheHit.map { $0 ? ", programs from the cache" : ", programs built" } : nil
      rows.append([name, Format.milliseconds(seconds) + (programs ?? "")])
    }
    rows.append(["speed", speed])
    if let overlapped = overlappedImagesPerSecond {
      rows.append([
        "in flight", "\(Format.fixed(overlapped, 2)) images/s with two batches, pictures prepared on the device",
      ])
    }
    return ([Format.table(rows), phaseTable] + (layers.map { [Self.table(of: $0)] } ?? [])).joined(separator: "\n\n")
  }

  /// The times of what happens once.
  private var once: [(name: String, seconds: Double)] {
    [("load", loadSeconds), ("compile", compileSeconds), ("tune", tuneSeconds), ("first run", firstRunSeconds)]
      .compactMap { name, seconds in seconds.map { (name, $0) } }
  }

  private var speed: String {
    "\(Format.fixed(imagesPerSecond, 2)) images/s, \(Format.fixed(gigaMACsPerSecond, 1)) GMAC/s by the median run"
  }

  private var phaseTable: String {
    let head = ["\(samples.count) runs, ms", "min", "mean", "± sd", "median", "p90", "p95", "p99", "max"]
    let rows = phases.map { phase in
      let all = phase.statistics
      return [phase.phase.label]
        + [all.min, all.mean, all.standardDeviation, all.median, all.p90, all.p95, all.p99, all.max].map {
          Format.fixed($0 * 1000, 3)
        } + rates(in: phase)
    }
    return Format.table([head + ["images/s", "GMAC/s", "of peak"]] + rows)
  }

  private func rates(in phase: PhaseReport) -> [String] {
    guard let speed = gigaMACsPerSecond(in: phase) else { return [] }
    return [Format.fixed(imagesPerSecond(in: phase), 2), Format.fixed(speed, 1)]
      + (peakFraction(in: phase).map { ["\(Format.fixed($0 * 100, 0)) %"] } ?? [])
  }

  private static func table(of layers: [LayerReport]) -> String {
    let total = layers.reduce(0) { $0 + $1.seconds }
    let rows = layers.map { layer in
      [
        layer.block, layer.layer, layer.kernel, Format.fixed(layer.seconds * 1000, 3),
        Format.fixed(layer.seconds / total * 100, 1),
        layer.gigaMACsPerSecond.map { Format.fixed($0, 1) } ?? "",
      ]
    }
    return Format.table([["block", "layer", "kernel", "ms", "%", "GMAC/s"]] + rows)
  }

  /// A line for each phase and for what happens once; or a line for each launch, if launches were timed.
  var csv: [[String]] {
    if let layers { return Self.csv(of: layers) }
    let head = [
      "version", "commit", "model", "width", "height", "batch", "maps", "device", "kind", "platform", "driver",
      "phase", "runs", "min_s", "mean_s", "sd_s", "median_s", "p90_s", "p95_s", "p99_s", "max_s", "images_per_s",
      "gmac_per_s", "peak_fraction",
    ]
    let single = once.map { csvRow($0.name, Statistics([$0.seconds]), runs: 1, rates: [nil, nil, nil]) }
    let steady = phases.map { phase in
      let speed = gigaMACsPerSecond(in: phase)
      let rates = [speed.map { _ in imagesPerSecond(in: phase) }, speed, peakFraction(in: phase)]
      return csvRow(phase.phase.rawValue, phase.statistics, runs: phase.samples.count, rates: rates)
    }
    return [head] + single + steady
  }

  private func csvRow(_ name: String, _ all: Statistics, runs: Int, rates: [Double?]) -> [String] {
    let what = [
      version, commit ?? "", model, "\(width)", "\(height)", "\(batch)", maps.rawValue, device.name,
      device.kind.rawValue,
      device.platform ?? "", device.driver ?? "", name, "\(runs)",
    ]
    let times = [all.min, all.mean, all.standardDeviation, all.median, all.p90, all.p95, all.p99, all.max]
    return what + times.map { "\($0)" } + rates.map { rate in rate.map { "\($0)" } ?? "" }
  }

  private static func csv(of layers: [LayerReport]) -> [[String]] {
    let head = ["block", "layer", "kernel", "seconds", "multiply_accumulates", "bytes", "gmac_per_s"]
    let rows = layers.map { layer in
      [
        layer.block, layer.layer, layer.kernel, "\(layer.seconds)", "\(layer.multiplyAccumulates)", "\(layer.bytes)",
        layer.gigaMACsPerSecond.map { "\($0)" } ?? "",
      ]
    }
    return [head] + rows
  }
}

extension BenchmarkPhase {
  /// The name in the table; enqueue is part of compute, and so indented.
  fileprivate var label: String { self == .enqueue ? "  enqueue" : rawValue }
}

extension LayerReport {
  /// The rate in 10⁹ multiply-accumulates per second; nil for other operations.
  fileprivate var gigaMACsPerSecond: Double? {
    multiplyAccumulates == 0 || seconds <= 0 ? nil : Double(multiplyAccumulates) / seconds * 1e-9
  }
}

extension MapSelection {
  /// The text in tables.
  var label: String {
    switch self {
    case .saliency: "d0 alone"
    case .all: "every map"
    }
  }
}

extension DeviceReport {
  /// The text in tables.
  var label: String {
    "\(name) [\(kind.rawValue)\(platform.map { ", \($0)" } ?? "")\(driver.map { ", driver \($0)" } ?? "")]"
  }
}

extension MemoryReport {
  /// The text in tables.
  var label: String {
    "\(activations >> 20) MiB activations (\(activationsUnshared >> 20) unshared), \(parameters >> 20) MiB weights, "
      + "\(scratch >> 20) MiB scratch"
  }
}
