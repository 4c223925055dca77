public import CLibraryHeader
import Benchmarking
import COpenCLLoader
import Models
import U2Net

/// The list of `u2cl_devices`.
private struct DeviceList: Encodable {
  let devices: [DeviceDescription]
  let problems: [String]
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_devices(_ json: UnsafeMutablePointer<OpaquePointer?>?) -> u2cl_status {
  call(.drivers) {
    let target = try output(json)
    let (devices, problems) = try DeviceDescription.listed()
    Ending.prepare()
    let absence = devices.isEmpty ? [DriverList.absence ?? "no OpenCL driver was found; is one installed?"] : []
    try give(json: DeviceList(devices: devices, problems: problems + absence), to: target)
  }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_bench(
  _ options: UnsafePointer<u2cl_bench_options>?, _ json: UnsafeMutablePointer<OpaquePointer?>?
) -> u2cl_status {
  call(.drivers) {
    let target = try output(json)
    let benchmark = try u2cl_bench_options.read(options).benchmark()
    if benchmark.device != .reference {
      _ = try DeviceChoice(benchmark.device)
      Ending.prepare()
    }
    try give(json: benchmark.run().report, to: target)
  }
}

extension u2cl_bench_options {
  /// The measurement of these options.
  fileprivate func benchmark() throws -> Benchmark {
    let request = DeviceRequest(try readText(device, "device") ?? "auto")
    let name = readPath(model)
    var benchmark = try Benchmark(device: request) { () throws(Failure) in
      if let name { try Model(name) } else { try Model.builtIn() }
    }
    benchmark.precision = try precision.request()
    benchmark.size = try readNumber(Int(input_size), "input_size", in: 1...8192)
    benchmark.batch = try readNumber(Int(batch), "batch", in: SaliencyDetector.batchRange) ?? benchmark.batch
    benchmark.warmup = try readNumber(Int(warmup), "warmup", in: 1...1_000_000) ?? benchmark.warmup
    benchmark.runs = try readNumber(Int(runs), "runs", in: 1...1_000_000) ?? benchmark.runs
    let most = try readNumber(most_seconds, "most_seconds", in: 0...86400) ?? benchmark.maximumSeconds
    benchmark.maximumSeconds = most
    let least = try readNumber(least_seconds, "least_seconds", in: 0...86400) ?? benchmark.minimumSeconds
    benchmark.minimumSeconds = min(least, most)
    return benchmark
  }
}
