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
    try readBounds(into: &benchmark.bounds)
    return benchmark
  }
}
