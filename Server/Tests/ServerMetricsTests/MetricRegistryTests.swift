import ServerMetrics
import Testing

/// The text for Prometheus, and changes from many threads.
@Suite struct MetricRegistryTests {
  @Test func theTextIsComplete() {
    let registry = MetricRegistry()
    let requests = registry.counter("u2cl_requests_total", help: "Requests.", labels: ["route", "code"])
    let ends = registry.counter("u2cl_ends_total", help: "Ends.")
    let queue = registry.gauge("u2cl_queue_requests", help: "A \\ and\na line.")
    registry.gauge("u2cl_memory_bytes", help: "Memory.") { 1.5e9 }
    requests.add(1, "/v1/remove", "200")
    requests.add(2, "/v1/remove", "200")
    requests.add(0.5, "a \"quoted\\\n\"", "400")
    queue.set(3)
    queue.add(-4)
    #expect(
      registry.text == """
        # HELP u2cl_ends_total Ends.
        # TYPE u2cl_ends_total counter
        u2cl_ends_total 0
        # HELP u2cl_memory_bytes Memory.
        # TYPE u2cl_memory_bytes gauge
        u2cl_memory_bytes 1500000000
        # HELP u2cl_queue_requests A \\\\ and\\na line.
        # TYPE u2cl_queue_requests gauge
        u2cl_queue_requests -1
        # HELP u2cl_requests_total Requests.
        # TYPE u2cl_requests_total counter
        u2cl_requests_total{route="/v1/remove",code="200"} 3
        u2cl_requests_total{route="a \\"quoted\\\\\\n\\"",code="400"} 0.5

        """)
    #expect(requests.value("/v1/remove", "200") == 3 && requests.value("none", "200") == 0 && ends.value() == 0)
  }

  @Test func bucketsAreCumulative() {
    let registry = MetricRegistry()
    let times = registry.histogram("u2cl_phase_seconds", help: "Phases.", labels: ["phase"], bounds: [0.1, 1])
    for seconds in [0.05, 0.1, 0.5, 7] { times.observe(seconds, "decode") }
    times.observe(.milliseconds(250), "encode")
    #expect(
      registry.text == """
        # HELP u2cl_phase_seconds Phases.
        # TYPE u2cl_phase_seconds histogram
        u2cl_phase_seconds_bucket{phase="decode",le="0.1"} 2
        u2cl_phase_seconds_bucket{phase="decode",le="1"} 3
        u2cl_phase_seconds_bucket{phase="decode",le="+Inf"} 4
        u2cl_phase_seconds_sum{phase="decode"} 7.65
        u2cl_phase_seconds_count{phase="decode"} 4
        u2cl_phase_seconds_bucket{phase="encode",le="0.1"} 0
        u2cl_phase_seconds_bucket{phase="encode",le="1"} 1
        u2cl_phase_seconds_bucket{phase="encode",le="+Inf"} 1
        u2cl_phase_seconds_sum{phase="encode"} 0.25
        u2cl_phase_seconds_count{phase="encode"} 1

        """)
    #expect(times.count("decode") == 4 && times.count("none") == 0)
  }

  @Test func unusualNumbersHaveTheirNames() {
    let registry = MetricRegistry()
    let gauge = registry.gauge("g", help: "Numbers.", labels: ["n"])
    for (name, number) in [("a", Double.nan), ("b", .infinity), ("c", -.infinity), ("d", 1e300), ("e", -0.25)] {
      gauge.set(number, name)
    }
    let values = registry.text.split(separator: "\n").dropFirst(2).compactMap { $0.split(separator: " ").last }
    #expect(values == ["NaN", "+Inf", "-Inf", "1e+300", "-0.25"])
  }

  @Test func noChangeIsLost() async {
    let registry = MetricRegistry()
    let counter = registry.counter("c_total", help: "Changes.", labels: ["task"])
    let histogram = registry.histogram("h", help: "Changes.", bounds: Histogram.counts)
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<8 {
        group.addTask {
          for number in 0..<1000 {
            counter.add(1, "\(task % 2)")
            histogram.observe(Double(number % 100))
            if number % 100 == 0 { _ = registry.text }
          }
        }
      }
    }
    #expect(counter.value("0") == 4000 && counter.value("1") == 4000 && histogram.count() == 8000)
  }
}
