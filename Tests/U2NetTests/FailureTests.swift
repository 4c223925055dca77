import Models
import Networks
import OpenCL
import Tensors
import Testing
import U2Net

@Suite struct FailureTests {
  @Test func aFailureIsOneLine() {
    #expect(Failure(.file, "a\nb\r\u{1B}c").description == #"a\nb\r\u{1B}c"#)
    let failure = Failure(.model, "damaged")
    #expect(Failure(failure as any Error) == failure && "\(failure)" == "damaged" && failure.remedy == nil)
  }

  @Test func errorsBelowKeepTheirKind() {
    let missing = #expect(throws: Failure.self) { try Model("no/such.onnx") }
    #expect(missing?.kind == .model && missing?.description == "no/such.onnx: there is no such file; check the path")
    let size = #expect(throws: Failure.self) { try SaliencyDetector(device: .reference, size: 0) }
    #expect(size?.kind == .usage)
  }

  @Test func errorsOfDevicesAreFailuresOfDevices() throws {
    let error = #expect(throws: Failure.self) { try DeviceChoice(.index(99), among: .success([]), strict: false) }
    #expect(error?.kind == .device && error?.remedy == .useReference)
    #expect(Failure(CLError(status: .outOfResources, call: "clFinish")).kind == .device)
  }
}

@Suite struct ReferenceMemoryTests {
  /// What the reference will take is known before it takes it: here the input, a convolution and its ReLU.
  @Test func theReferencesMemoryIsCounted() throws {
    let graph = try Model.builtIn().network.graph(for: Shape(channels: 3, height: 320, width: 320))
    let sizes = graph.nodes.map { UInt64($0.shape.elementCount * 4) }
    let largest = try #require(sizes.max())
    #expect(graph.peakActivationBytes > 2 * largest)
    #expect(graph.peakActivationBytes < sizes.reduce(0, +) / 2)
    let twice = try Model.builtIn().network.graph(for: Shape(batch: 2, channels: 3, height: 320, width: 320))
    #expect(twice.peakActivationBytes == 2 * graph.peakActivationBytes)
  }
}
