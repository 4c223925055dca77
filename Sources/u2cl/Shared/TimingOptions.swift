import ArgumentParser
import StageTiming

/// Whether a command reports where the processor's time went.
struct TimingOptions: ParsableArguments {
  @Flag(help: "Write to standard error how much processor time each stage has taken.")
  var timings = false

  /// Starts to measure if the report is wanted.
  ///
  /// - Parameter always: whether the measurements are wanted without the table.
  func begin(always: Bool = false) { if timings || always { StageTimes.measureProcess() } }

  /// Writes the table, if the user wants it.
  ///
  /// - Parameters:
  ///   - noun: what was processed, such as `picture`.
  ///   - count: how many there were.
  func report(of noun: String, count: Int) {
    guard timings, let report = StageTimes.ofProcess?.report else { return }
    Console.error(table: report.table)
    Console.error(report.summary(of: noun, count: count))
  }
}

extension StageReport {
  /// The stages in columns of at most 80 characters.
  var table: String {
    let rows = stages.map { row in
      let each = Double(max(1, row.pictures))
      return [
        row.stage.rawValue, "\(row.pictures)", Format.fixed(row.cpuSeconds, 2),
        Format.fixed(1000 * row.cpuSeconds / each, 2), percent(row.cpuSeconds),
        row.bytes > 0 ? Format.fixed(Double(row.bytes) / each / 1e6, 2) : "",
      ]
    }
    let ends = [("rest", restSeconds), ("process", cpuSeconds)].map { name, seconds in
      [name, "", Format.fixed(seconds, 2), "", percent(seconds), ""]
    }
    return Format.columns([["stage", "times", "CPU s", "ms each", "share", "MB each"]] + rows + ends)
  }

  private func percent(_ seconds: Double) -> String {
    "\(Format.fixed(100 * seconds / max(cpuSeconds, 1e-9), 1)) %"
  }

  /// The rate, the cores in use, and the device's time, in one line.
  func summary(of noun: String, count: Int) -> String {
    let parts = [
      "\(Format.fixed(Double(count) / wallSeconds, 2)) \(noun)s a second in \(Format.fixed(wallSeconds, 1)) s",
      "\(Format.fixed(cpuSeconds / wallSeconds, 2)) cores busy",
      "\(Format.fixed(systemSeconds, 2)) s in the system",
      "the device busy for \(Format.fixed(deviceSeconds, 1)) s",
    ]
    return parts.joined(separator: ", ")
  }
}
