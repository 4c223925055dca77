import OpenCL
import TestSupport
import Testing

/// A context for each device of this machine.
let contexts: [Context] = ((try? Device.all()) ?? []).compactMap { try? Context(device: $0) }

private let scaleSource = """
  __kernel void scale(
      __global const float *in, __global float *out, const float factor, const int4 add, const ulong2 at) {
    const size_t i = get_global_id(0);
    out[at.x + i] = in[at.y + i] * factor + (float)add.z;
  }
  """

@Suite struct DeviceTests {
  @Test func listsDevicesBestFirst() throws {
    let devices = try Device.all()
    #expect(!devices.isEmpty, "no OpenCL device: nothing was tested")
    let order: [Device.Kind] = [.gpu, .accelerator, .cpu, .other]
    let ranks = devices.compactMap { order.firstIndex(of: $0.kind) }
    #expect(ranks == ranks.sorted())
    for device in devices {
      #expect(!device.name.isEmpty && !device.vendor.isEmpty && !device.platform.name.isEmpty)
      #expect(device.version.hasPrefix("OpenCL "), "\(device.version)")
      #expect(device.computeUnits > 0 && device.globalMemory > 0 && device.maxAllocation > 0)
      #expect(device.maxWorkGroupSize > 0)
    }
  }
}

@Suite struct LaunchTests {
  @Test func runsAKernelWithTypedArguments() throws {
    for context in contexts {
      let queue = try Queue(context: context, profiling: true)
      let program = try Program(context: context, name: "scale.cl", source: scaleSource)
      let kernel = try Kernel(program: program, name: "scale")
      let values = (0..<100).map { Float($0) }
      let input = try Buffer(context: context, byteCount: 400)
      let output = try Buffer(context: context, byteCount: 400)
      try values.withUnsafeBytes { try queue.write($0, to: input) }
      try queue.fill(output, with: -1)
      try kernel.bind(
        input, output, Float(2.5), SIMD4<Int32>(1, 2, 3, 4), SIMD2<UInt64>(10, 0))
      var graph = CommandGraph(name: "block")
      graph.record(Launch(label: "doubling", kernel: kernel, size: WorkSize(covering: [64], local: [8])))
      let timings = try queue.profile([graph])
      #expect(timings.map(\.block) == ["block"] && timings.map(\.label) == ["doubling"])
      #expect(timings.allSatisfy { $0.times.queued <= $0.times.ended && $0.times.duration >= 0 })
      var result = [Float](repeating: 0, count: 100)
      try result.withUnsafeMutableBytes { try queue.read(output, into: $0) }
      let expected = (0..<100).map { (10..<74).contains($0) ? Float($0 - 10) * 2.5 + 3 : -1 }
      #expect(result == expected, "\(context.device.name)")
    }
  }

  @Test func sizesAreRoundedUpToWholeGroups() {
    #expect(WorkSize(covering: [65, 1], local: [64, 1]).global == [128, 1])
    #expect(WorkSize(covering: [0], local: [8]).global == [8])
  }
}

@Suite struct ErrorTests {
  @Test func aProgramThatDoesNotBuildShowsTheLog() throws {
    for context in contexts {
      #expect {
        try Program(
          context: context, name: "broken.cl", source: "__kernel void f(__global float *x) { x[0] = nonsense; }")
      } throws: { error in
        let text = "\(error)"
        return error is CLBuildError && text.contains("broken.cl") && text.contains("nonsense")
          && text.contains(context.device.name)
      }
    }
  }

  @Test func anUnknownKernelNamesTheCall() throws {
    let context = try #require(contexts.first)
    let program = try Program(context: context, name: "scale.cl", source: scaleSource)
    #expect {
      try Kernel(program: program, name: "scales")
    } throws: { error in "\(error)" == "clCreateKernel (scales) failed: CL_INVALID_KERNEL_NAME (-46)" }
  }

  @Test func theNumberOfArgumentsIsChecked() throws {
    let context = try #require(contexts.first)
    let kernel = try Kernel(
      program: Program(context: context, name: "scale.cl", source: scaleSource), name: "scale")
    #expect(throws: KernelArgumentCountError.self) { try kernel.bind(Float(1)) }
  }

  @Test func aBufferThatDoesNotFitSaysWhatThereIs() throws {
    let context = try #require(contexts.first)
    #expect {
      try Buffer(context: context, byteCount: Int(context.device.maxAllocation) + 1)
    } throws: { error in error is DeviceMemoryError && "\(error)".contains("MiB") }
  }

  @Test func anUnknownStatusKeepsItsNumber() {
    #expect("\(CLStatus(rawValue: -9999))" == "unknown OpenCL error (-9999)")
  }
}
