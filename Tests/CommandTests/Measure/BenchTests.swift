import Testing

/// `bench`: measuring, in every form.
@Suite struct BenchTests {
  static let brief = ["bench", "--size", "32", "--runs", "3", "--warmup", "1", "--min-time", "0"]

  @Test(arguments: ["auto", "reference"]) func aBenchmarkIsReported(device: String) throws {
    let sandbox = try Sandbox()
    let outcome = try sandbox.expectSuccess(Self.brief + ["--device", device, "--batch", "2", "--json"])
    let report = try JSON(outcome.output)
    let onDevice: Set = device == "reference" ? [] : ["memory", "peakGigaMACsPerSecond"]
    #expect(
      report.keys.subtracting(["commit", "cacheHit"])
        == onDevice.union([
          "schema", "version", "preparesOnDevice", "system", "host", "model", "height", "width", "batch", "maps",
          "picture", "device",
          "precision", "notes",
          "peakHostMemory", "loadSeconds", "compileSeconds", "firstRunSeconds", "warmup", "multiplyAccumulates",
          "samples", "run", "phases", "imagesPerSecond", "gigaMACsPerSecond",
        ]))
    #expect(outcome.errors.isEmpty)
    for key in [
      "compileSeconds", "firstRunSeconds", "multiplyAccumulates", "imagesPerSecond", "gigaMACsPerSecond",
      "peakHostMemory",
    ] { #expect((report[key]?.number ?? 0) > 0, "\(key)") }
    #expect(report["batch"]?.number == 2 && report["height"]?.number == 32 && report["width"]?.number == 32)
    #expect(report["warmup"]?.number == 1 && report["device"]?["asked"]?.text == device)
    #expect(report["maps"]?.text == "saliency" && (report["host"]?["cores"]?.number ?? 0) >= 1)
    let samples = report["samples"]?.list.compactMap(\.number) ?? []
    #expect(samples.count == 3 && samples.allSatisfy { $0 > 0 })
    #expect(report["run"]?.keys == ["min", "median", "p90", "p95", "p99", "max", "mean", "standardDeviation"])
    #expect(report["run"]?["min"]?.number == samples.min() && report["run"]?["max"]?.number == samples.max())
    let figures: Set = onDevice.isEmpty ? [] : ["activations", "activationsUnshared", "parameters", "scratch"]
    #expect(report["memory"]?.keys ?? [] == figures)
  }

  /// What lies inside of another part takes no longer than that, run by run.
  @Test(arguments: ["auto", "reference"]) func theTimeIsSplit(device: String) throws {
    let report = try JSON(Sandbox().expectSuccess(Self.brief + ["--device", device, "-o", "json"]).output)
    var samples: [String: [Double]] = [:]
    for phase in report["phases"]?.list ?? [] {
      samples[phase["phase"]?.text ?? ""] = phase["samples"]?.list.compactMap(\.number)
      #expect(phase["statistics"]?.keys == report["run"]?.keys)
    }
    let parts: Set = device == "reference" ? [] : ["upload", "enqueue", "download"]
    #expect(Set(samples.keys) == parts.union(["pre", "compute", "post", "run", "wall"]))
    #expect(samples.values.allSatisfy { $0.count == 3 && $0.allSatisfy { $0 > 0 } }, "\(samples)")
    for run in 0..<3 {
      func seconds(_ phases: String...) -> Double { phases.reduce(0) { $0 + (samples[$1]?[run] ?? 0) } }
      #expect(seconds("enqueue") <= seconds("compute"))
      #expect(seconds("upload", "compute", "download") <= seconds("run"))
      #expect(seconds("pre", "run", "post") <= seconds("wall"))
    }
    #expect(samples["run"] == report["samples"]?.list.compactMap(\.number))
  }

  @Test func aBenchmarkIsATable() throws {
    let outcome = try Sandbox().expectSuccess(Self.brief + ["--model", Sandbox.tinyModel])
    let heads = outcome.lines.compactMap { $0.split(separator: "  ").first.map(String.init) }
    #expect(
      heads == [
        "model", "device", "precision", "peak", "memory", "load", "compile", "first run", "speed", "3 runs, ms", "pre",
        "upload",
        "enqueue", "compute", "download", "post", "run", "wall",
      ])
    #expect(outcome.text.contains("d0 alone") && outcome.errors.isEmpty)
  }

  @Test func aBenchmarkIsCSV() throws {
    let sandbox = try Sandbox()
    let rows = try sandbox.csv(Self.brief + ["-o", "csv", "--no-peak"])
    let phase = try #require(rows[0].firstIndex(of: "phase"))
    #expect(rows[0].prefix(3) == ["version", "commit", "model"] && rows[0].last == "peak_fraction")
    #expect(
      rows.dropFirst().map { $0[phase] } == [
        "load", "compile", "first run", "pre", "upload", "enqueue", "compute", "download", "post", "run", "wall",
      ])
    let layers = try sandbox.csv(Self.brief + ["-o", "csv", "--per-layer", "--no-peak"])
    #expect(layers[0] == ["block", "layer", "kernel", "seconds", "multiply_accumulates", "bytes", "gmac_per_s"])
    #expect(layers.count > 100 && layers.dropFirst().allSatisfy { (Double($0[3]) ?? -1) >= 0 })
    // The first convolution: 3 maps of 32×32 become 64, with 64 × 3 × 3 × 3 weights and 64 biases; 4 bytes each.
    #expect(layers[1][5] == "281600")
  }

  @Test func theModelsFileIsNamed() throws {
    let sandbox = try Sandbox()
    let arguments = Self.brief + ["--device", "reference", "--json", "--model"]
    let report = try JSON(sandbox.expectSuccess(arguments + [Sandbox.tinyModel]).output)
    let expected = try sandbox.launch("/usr/bin/sha256sum", [Sandbox.tinyModel], environment: [:], input: [])
    #expect(expected.text.hasPrefix((report["modelSHA256"]?.text ?? "none") + " "))
    #expect(try JSON(sandbox.expectSuccess(arguments + ["small"]).output)["modelSHA256"] == nil)
  }

  @Test func everyMapIsMeasuredWhereItIsAskedFor() throws {
    let sandbox = try Sandbox()
    let layers = try [[], ["--all-maps"]].map { flags in
      let report = try JSON(sandbox.expectSuccess(Self.brief + ["--per-layer", "--no-peak", "--json"] + flags).output)
      #expect(report["maps"]?.text == (flags.isEmpty ? "saliency" : "all") && report["peakGigaMACsPerSecond"] == nil)
      return Set(report["layers"]?.list.compactMap { $0["layer"]?.text } ?? [])
    }
    #expect(layers[0].contains("d0") && layers[0].contains("side6"))
    let resampled = (2...6).map { "side\($0).upsample" }
    #expect(layers[1].subtracting(layers[0]) == Set((1...6).map { "d\($0)" } + resampled))
  }

  /// What a pass gains is seen without it.
  @Test func passesAreLeftOut() throws {
    let sandbox = try Sandbox()
    let launches = try [[], ["--without", "fuse side maps", "--without", "concatenate in place"]].map { flags in
      let report = try JSON(sandbox.expectSuccess(Self.brief + ["--per-layer", "--no-peak", "--json"] + flags).output)
      #expect(report["withoutPasses"]?.list.count ?? 0 == flags.count / 2)
      return report["layers"]?.list.count ?? 0
    }
    #expect(launches[1] > launches[0] + 30)
    let explained = try sandbox.expectSuccess(
      ["bench", "--explain", "--size", "32", "--without", "fuse ReLU", "--json"])
    let ran = try JSON(explained.output)["passes"]?.list.filter { $0["name"]?.text == "fuse ReLU" }
    #expect(ran?.map { $0["ran"]?.truth } == [false])
    for name in ["place in arena", "fuse"] {
      try sandbox.expectFailure(
        2, Self.brief + ["--without", name],
        says: "no pass called '\(name)' can be left out; these can: fold batch norm, ")
    }
  }

  /// A device that takes long does not take for ever, and that is said.
  @Test func timeIsLimited() throws {
    let outcome = try Sandbox().expectSuccess(
      ["bench", "--size", "32", "--runs", "1000000", "--max-time", "0.2", "--no-peak", "--json"])
    let count = try #require(JSON(outcome.output)["samples"]?.list.count)
    #expect(count > 0 && count < 1_000_000)
    #expect(outcome.errors == "u2cl: stopped after 0.2 s with \(count) of 1000000 runs; --max-time gives more\n")
  }

  @Test func aBenchmarkFallsBackLoudly() throws {
    let sandbox = try Sandbox()
    let outcome = try sandbox.expectSuccess(Self.brief, environment: Sandbox.noOpenCL)
    #expect(outcome.errors.contains("using the CPU reference instead"))
    try sandbox.expectFailure(3, Self.brief + ["--strict"], says: "--strict forbids", environment: Sandbox.noOpenCL)
  }

  @Test func growthIsMeasured() throws {
    let sandbox = try Sandbox()
    let scaling = [
      "bench", "--scaling", "--model", Sandbox.tinyModel, "--runs", "1", "--warmup", "0", "--min-time", "0",
    ]
    let report = try JSON(sandbox.expectSuccess(scaling + ["--size", "32", "--json"]).output)
    let (sizes, batches) = (report["sizes"]?.list ?? [], report["batches"]?.list ?? [])
    #expect(sizes.map { $0["width"]?.number } == [160, 320, 640, 1024])
    #expect(batches.map { $0["batch"]?.number } == [1, 4, 16] && batches.allSatisfy { $0["width"]?.number == 32 })
    for series in [sizes, batches] {
      var previous: Double?
      for step in series {
        let figures = ["height", "width", "batch"].compactMap { step[$0]?.number }
        let median = try #require(step["run"]?["median"]?.number)
        let cost = try #require(step["secondsPerMegapixel"]?.number)
        #expect(figures.count == 3 && abs(cost - median / figures.reduce(1e-6, *)) <= 1e-9 * cost)
        let ratio = step["againstLinear"]?.number
        #expect((ratio == nil) == (previous == nil))
        if let ratio, let previous { #expect(abs(ratio - cost / previous) <= 1e-9 * ratio) }
        previous = cost
      }
    }
    let rows = try sandbox.csv(scaling + ["--size", "16", "-o", "csv"])
    #expect(rows.count == 8 && rows[0].last == "against_linear")
  }
}

/// `bench --trace`: one run as Chrome's Trace Event Format has it.
@Suite struct TraceTests {
  private let tracing = BenchTests.brief + ["--no-peak", "--trace", "trace.json"]

  /// What was written, checked against the format.
  private func trace(in sandbox: Sandbox, _ arguments: [String]) throws -> [JSON] {
    try sandbox.expectSuccess(arguments)
    #expect(sandbox.files == ["trace.json"])
    let trace = try JSON(Sandbox.bytes("\(sandbox.folder)/trace.json"))
    #expect(trace.keys == ["traceEvents", "displayTimeUnit"] && trace["displayTimeUnit"]?.text == "ms")
    let events = trace["traceEvents"]?.list ?? []
    for event in events {
      #expect(event["name"]?.text?.isEmpty == false && event["pid"]?.number == 1)
      #expect([1, 2].contains(event["tid"]?.number) && event["args"] != nil)
      switch event["ph"]?.text {
      case "M": #expect(["process_name", "thread_name"].contains(event["name"]?.text) && event["args"]?["name"] != nil)
      case "X": #expect((event["ts"]?.number ?? -1) >= 0 && (event["dur"]?.number ?? -1) >= 0)
      default: Issue.record("phase \(event["ph"]?.text ?? "none")")
      }
    }
    return events
  }

  @Test func aRunIsTraced() throws {
    let sandbox = try Sandbox()
    try sandbox.write(Array("an older trace".utf8), to: "trace.json")
    let events = try trace(in: sandbox, tracing)
    func all(_ category: String) -> [JSON] { events.filter { $0["cat"]?.text == category } }
    #expect(
      all("host").compactMap { $0["name"]?.text } == [
        "wall", "pre", "run", "upload", "compute", "enqueue", "download", "post",
      ])
    let launches = all("launch")
    #expect(all("block").compactMap { $0["name"]?.text }.first == "stage1" && all("block").count == 12)
    #expect(launches.count > 100 && launches.allSatisfy { $0["args"]?["kernel"]?.text?.isEmpty == false })
    #expect(launches.allSatisfy { $0["name"]?.text == $0["args"]?["layer"]?.text && $0["args"]?["block"] != nil })
    #expect(launches.contains { ($0["args"]?["GMAC/s"]?.number ?? 0) > 0 })
    // Launches run one after the other, while the host computes; clocks may differ by a little.
    let compute = try #require(events.first { $0["name"]?.text == "compute" }?.span)
    let spans = launches.map(\.span)
    #expect(zip(spans, spans.dropFirst()).allSatisfy { $0.end <= $1.start + 1 })
    for block in all("block") {
      let members = launches.filter { $0["args"]?["block"]?.text == block["name"]?.text }.map(\.span)
      #expect(members.first?.start == block.span.start && !members.isEmpty)
      #expect(abs((members.last?.end ?? .nan) - block.span.end) <= 1)
    }
    #expect(spans.allSatisfy { $0.start >= compute.start && $0.end <= compute.end + 1000 })
  }

  @Test func theReferenceHasNoLaunches() throws {
    let events = try trace(in: Sandbox(), tracing + ["--device", "reference"])
    #expect(events.compactMap { $0["cat"]?.text }.allSatisfy { $0 == "host" } && events.count == 7)
  }

  @Test func aTraceThatCannotBeWrittenIsTold() throws {
    let sandbox = try Sandbox()
    try sandbox.makeFolder("folder")
    try sandbox.expectFailure(5, BenchTests.brief + ["--trace", "none/t.json"], says: "there is no folder none")
    try sandbox.expectFailure(5, BenchTests.brief + ["--no-peak", "--trace", "folder"], says: "folder")
  }
}

/// `bench --explain`: what becomes of a network before it runs.
@Suite struct ExplainTests {
  private let explain = ["bench", "--explain", "--size", "96"]
  private let passes = [
    "fold batch norm", "fuse ReLU", "fuse residual add", "fuse side maps", "convert precisions",
    "choose blocked layouts", "fuse resampling", "concatenate in place", "choose methods", "place in arena",
  ]

  @Test func passesAndStepsAreListed() throws {
    let outcome = try Sandbox().expectSuccess(explain)
    let heads = outcome.lines.compactMap { $0.split(separator: "  ").first.map(String.init) }
    #expect(heads.starts(with: ["model", "device", "memory", "pass", "keep the maps asked for"] + passes + ["block"]))
    #expect(outcome.text.contains("483 → 477") && outcome.errors.isEmpty)
    #expect(heads.last == "fusion" && heads.contains("stage5d"))
  }

  @Test func thePlanIsReported() throws {
    let report = try JSON(Sandbox().expectSuccess(explain + ["--json"]).output)
    #expect(report["operations"]?.number == 483 && report["keptOperations"]?.number == 477)
    let found = report["passes"]?.list ?? []
    #expect(found.map { $0["name"]?.text } == passes && found.allSatisfy { $0["purpose"]?.text?.isEmpty == false })
    #expect(found.first?["before"]?["steps"]?.number == 477 && found.first?["ran"]?.truth == true)
    for (pass, next) in zip(found, found.dropFirst()) {
      for key in ["steps", "launches", "activations"] {
        #expect(pass["after"]?[key]?.number == next["before"]?[key]?.number, "\(key)")
      }
    }
    let (steps, last) = (report["steps"]?.list ?? [], found.last?["after"])
    #expect(Double(steps.count) == last?["steps"]?.number)
    #expect(Double(steps.reduce(0) { $0 + ($1["kernels"]?.list.count ?? 0) }) == last?["launches"]?.number)
    #expect(last?["activations"]?.number == report["memory"]?["activations"]?.number)
    #expect(steps.map { $0["scratch"]?.number ?? 0 }.max() == report["memory"]?["scratch"]?.number)
    // Counted launch by launch, rounded down.
    let sum = steps.reduce(0) { $0 + ($1["multiplyAccumulates"]?.number ?? 0) }
    let whole = try #require(report["multiplyAccumulates"]?.number)
    #expect(abs(sum - whole) <= 1e-6 * whole, "\(sum) of \(whole)")
  }

  @Test func stepsAreCSV() throws {
    let rows = try Sandbox().csv(explain + ["-o", "csv"])
    #expect(rows[0].prefix(3) == ["block", "step", "kernels"] && rows.count > 200)
    #expect(rows.last?.prefix(3) == ["fusion", "d0", "fuse_maps"])
  }

  @Test func theReferenceHasNoPlan() throws {
    try Sandbox().expectFailure(3, explain + ["--device", "reference"], says: "has no plan to explain")
  }
}

extension JSON {
  /// When an event of a trace began and ended, in microseconds.
  fileprivate var span: (start: Double, end: Double) {
    let start = self["ts"]?.number ?? .nan
    return (start, start + (self["dur"]?.number ?? .nan))
  }
}

extension Sandbox {
  /// The cells of what a command writes as CSV, every line as long as the first. Names of devices have commas: quoted.
  fileprivate func csv(_ arguments: [String]) throws -> [[String]] {
    let rows = try expectSuccess(arguments).lines.map { line in
      var cells = [""]
      var isQuoted = false
      for character in line {
        switch character {
        case "\"": isQuoted.toggle()
        case ",": if isQuoted { cells[cells.count - 1].append(",") } else { cells.append("") }
        default: cells[cells.count - 1].append(character)
        }
      }
      return cells
    }
    #expect(rows.allSatisfy { $0.count == rows[0].count }, "\(arguments)")
    return rows
  }
}
