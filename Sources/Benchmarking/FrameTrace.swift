import OpenCL
import U2Net

/// The trace of a run in the Trace Event Format, which Perfetto and chrome://tracing show: the phases of the host on
/// one line, blocks and launches of the device on another.
package struct FrameTrace: Sendable, Encodable {
  /// An entry of the trace.
  struct Event: Sendable, Encodable {
    /// What is known about an entry besides its time.
    struct Details: Sendable, Encodable {
      /// The name of a process or line, for metadata.
      var name: String?
      var block: String?
      var layer: String?
      var kernel: String?
      var multiplyAccumulates: Int?
      var gigaMACsPerSecond: Double?

      private enum CodingKeys: String, CodingKey {
        case name, block, layer, kernel, multiplyAccumulates
        case gigaMACsPerSecond = "GMAC/s"
      }
    }

    let name: String
    /// `host`, `block` or `launch`; nil for metadata.
    let cat: String?
    /// `X` for something that took time, `M` for metadata.
    let ph: String
    /// The start, in microseconds from the start of the run.
    let ts: Double?
    /// The duration in microseconds.
    let dur: Double?
    let pid: Int
    let tid: Int
    let args: Details
  }

  let traceEvents: [Event]
  let displayTimeUnit = "ms"

  private enum CodingKeys: String, CodingKey { case traceEvents, displayTimeUnit }

  /// - Parameters:
  ///   - spans: the phases of the host: `wall` among them and, if there are launches, `enqueue`.
  ///   - launches: the launches of the device, by its own clock.
  ///   - device: the device that ran.
  init(_ spans: [Stopwatch.Span], _ launches: [LaunchTiming], device: ComputeDevice) {
    let metadata = [
      Event(metadata: "process_name", "u2cl", on: .host), Event(metadata: "thread_name", "host", on: .host),
    ]
    guard let whole = spans.first(where: { $0.phase == .wall }) else {
      traceEvents = metadata
      return
    }
    // Of two phases that start together the longer one comes first, because it contains the other.
    let host = spans.sorted { ($0.start, $1.seconds) < ($1.start, $0.seconds) }.map { span in
      Event(
        span.phase.rawValue, "host", on: .host, start: whole.start.duration(to: span.start).seconds * 1e6,
        length: span.seconds * 1e6)
    }
    guard let enqueue = spans.first(where: { $0.phase == .enqueue }), let first = launches.first else {
      traceEvents = metadata + host
      return
    }
    // The device's clock has its own origin: the first command was queued when the host started to enqueue.
    let line = DeviceLine(
      origin: first.times.queued, at: whole.start.duration(to: enqueue.start).seconds * 1e6)
    traceEvents =
      metadata + [Event(metadata: "thread_name", "device: \(device.name)", on: .device)] + host
      + line.events(of: launches)
  }
}

/// Converts the device's time to the time of the trace.
private struct DeviceLine {
  /// A time of the device's clock, in nanoseconds.
  let origin: UInt64
  /// The same time in the trace, in microseconds.
  let at: Double

  private func time(_ moment: UInt64) -> Double { at + Double(Int64(bitPattern: moment &- origin)) * 1e-3 }

  /// The events of blocks, each followed by those of its launches.
  func events(of launches: [LaunchTiming]) -> [FrameTrace.Event] {
    launches.indices.flatMap { index in
      let isFirst = index == 0 || launches[index - 1].block != launches[index].block
      return (isFirst ? [block(from: launches[index...])] : []) + [launch(launches[index])]
    }
  }

  private func block(from launches: ArraySlice<LaunchTiming>) -> FrameTrace.Event {
    let name = launches[launches.startIndex].block
    let members = launches.prefix { $0.block == name }
    let start = members.map { time($0.times.started) }.min() ?? at
    let end = members.map { time($0.times.ended) }.max() ?? at
    return FrameTrace.Event(
      name, "block", on: .device, start: start, length: end - start, FrameTrace.Event.Details(block: name))
  }

  private func launch(_ timing: LaunchTiming) -> FrameTrace.Event {
    let seconds = timing.times.duration
    let isCounted = timing.multiplyAdds > 0 && seconds > 0
    return FrameTrace.Event(
      timing.label, "launch", on: .device, start: time(timing.times.started), length: seconds * 1e6,
      FrameTrace.Event.Details(
        block: timing.block, layer: timing.label, kernel: timing.kernel,
        multiplyAccumulates: isCounted ? timing.multiplyAdds : nil,
        gigaMACsPerSecond: isCounted ? Double(timing.multiplyAdds) / seconds * 1e-9 : nil))
  }
}

extension FrameTrace.Event {
  /// The lines of the trace.
  fileprivate enum Line: Int {
    case host = 1
    case device
  }

  fileprivate init(
    _ name: String, _ category: String, on line: Line, start: Double, length: Double, _ details: Details = Details()
  ) {
    self.init(
      name: name, cat: category, ph: "X", ts: start, dur: length, pid: 1, tid: line.rawValue, args: details)
  }

  fileprivate init(metadata kind: String, _ name: String, on line: Line) {
    self.init(
      name: kind, cat: nil, ph: "M", ts: nil, dur: nil, pid: 1, tid: line.rawValue, args: Details(name: name))
  }
}
