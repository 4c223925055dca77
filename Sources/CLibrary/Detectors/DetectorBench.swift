public import CLibraryHeader
import Benchmarking
import Pictures
import Tensors
import U2Net

/// The report of `u2cl_detector_bench`. Times are in seconds.
private struct DetectorBenchReport: Encodable {
  let model: String
  let device: String
  let precision: String
  let batch: Int
  /// The size of the pictures, `[height, width]`.
  let picture: [Int]
  let warmup: Int
  /// The time of each counted batch.
  let samples: [Double]
  let run: Statistics
  let secondsPerPicture: Double
  let picturesPerSecond: Double
  let overlappedPicturesPerSecond: Double
}

/// Measures a detector with full batches of a made-up picture.
private struct DetectorBench {
  var output = DetectionOutput.maps
  var size = Size(height: 480, width: 640)
  var bounds = RunBounds(warmup: 3, runs: 20, minimumSeconds: 1, maximumSeconds: 60)
  let progress: Progress

  init(_ options: u2cl_detector_bench_options) throws {
    progress = Progress(options.progress, options.progress_context)
    guard options.reserved == 0 else { throw CallError.usage("reserved is \(options.reserved), and must be 0") }
    output = try readChoice(options.output, "output", DetectionOutput.allCases)
    size = Size(
      height: try readNumber(Int(options.height), "height", in: 1...20_000) ?? size.height,
      width: try readNumber(Int(options.width), "width", in: 1...20_000) ?? size.width)
    guard size.height * size.width <= PixelRows.pixelLimit else {
      throw CallError.usage("a picture of \(size) has more than 200 million pixels")
    }
    try options.readBounds(into: &bounds)
  }

  func report(on detector: SaliencyDetector) throws -> DetectorBenchReport {
    let pictures = Array(repeating: try Self.picture(of: size), count: detector.batch)
    for _ in 0..<bounds.warmup {
      try progress.check()
      _ = try seconds(of: pictures, on: detector)
    }
    let samples = try counted(pictures, on: detector)
    let statistics = Statistics(samples)
    return DetectorBenchReport(
      model: detector.model.name, device: detector.device.name, precision: "\(detector.precision)",
      batch: pictures.count, picture: [size.height, size.width], warmup: bounds.warmup, samples: samples,
      run: statistics,
      secondsPerPicture: statistics.median / Double(pictures.count),
      picturesPerSecond: Double(pictures.count) / statistics.median,
      overlappedPicturesPerSecond: try overlapped(pictures, on: detector))
  }

  /// The times of single batches.
  private func counted(_ pictures: [Picture], on detector: SaliencyDetector) throws -> [Double] {
    let start = ContinuousClock.now
    var samples: [Double] = []
    while true {
      try progress.check()
      samples.append(try seconds(of: pictures, on: detector))
      progress.report(samples.count, of: 0)
      let passed = (ContinuousClock.now - start) / .seconds(1)
      if bounds.areReached(by: samples.count, in: passed) { return samples }
    }
  }

  /// The pictures per second with two batches in flight.
  private func overlapped(_ pictures: [Picture], on detector: SaliencyDetector) throws -> Double {
    var pending = [try output.begin(pictures, on: detector), try output.begin(pictures, on: detector)]
    // A device must be done with what was begun, whatever happens.
    defer { for batch in pending { batch.finish() } }
    try finish(pending.removeFirst())
    let start = ContinuousClock.now
    var count = 0
    while true {
      try progress.check()
      pending.append(try output.begin(pictures, on: detector))
      try finish(pending.removeFirst())
      count += pictures.count
      let passed = (ContinuousClock.now - start) / .seconds(1)
      if passed >= bounds.minimumSeconds { return Double(count) / passed }
    }
  }

  private func seconds(of pictures: [Picture], on detector: SaliencyDetector) throws -> Double {
    let start = ContinuousClock.now
    try finish(output.begin(pictures, on: detector))
    return (ContinuousClock.now - start) / .seconds(1)
  }

  /// Waits for a batch, and makes the masks if they are what was requested.
  private func finish(_ batch: RunningBatch) throws {
    let found = try batch.results()
    guard output == .masks else { return }
    for case .detection(let detection) in found { _ = try detection.mask() }
  }

  /// A picture in which neighbouring pixels differ.
  private static func picture(of size: Size) throws -> Picture {
    try Picture(size: size, .rgb8) { y, row in
      for x in 0..<3 * size.width {
        let number = 3 * y * size.width + x
        row.storeBytes(of: UInt8(truncatingIfNeeded: (number &* 2_654_435_761) >> 16), toByteOffset: x, as: UInt8.self)
      }
    }
  }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_detector_bench(
  _ detector: OpaquePointer?, _ options: UnsafePointer<u2cl_detector_bench_options>?,
  _ json: UnsafeMutablePointer<OpaquePointer?>?
) -> u2cl_status {
  call(.drivers) {
    let target = try output(json)
    let bench = try DetectorBench(.read(options))
    let object = try Handles.shared.object(detector, DetectorObject.self)
    try give(json: object.exclusively { try bench.report(on: $0) }, to: target)
  }
}
