import Models
import Testing
import U2Net

@Suite struct DeviceRequestTests {
  @Test(arguments: [
    ("auto", DeviceRequest.auto, "auto"),
    ("AUTO", .auto, "auto"),
    ("reference", .reference, "reference"),
    ("gpu", .kind(.gpu), "gpu"),
    ("GPU", .kind(.gpu), "gpu"),
    ("cpu", .kind(.cpu), "cpu"),
    ("accelerator", .kind(.accelerator), "accelerator"),
    ("gpu:0", .kind(.gpu), "gpu"),
    ("gpu:2", .kind(.gpu, number: 2), "gpu:2"),
    ("0", .index(0), "0"),
    ("12", .index(12), "12"),
    ("-1", .name("-1"), "-1"),
    ("99999999999999999999", .name("99999999999999999999"), "99999999999999999999"),
    ("gpu:", .name("gpu:"), "gpu:"),
    ("gpu:-1", .name("gpu:-1"), "gpu:-1"),
    ("gpu:x", .name("gpu:x"), "gpu:x"),
    ("reference:1", .name("reference:1"), "reference:1"),
    ("NVIDIA H200", .name("NVIDIA H200"), "NVIDIA H200"),
    ("", .name(""), ""),
  ])
  func aTextIsARequest(text: String, expected: DeviceRequest, description: String) {
    let request = DeviceRequest(text)
    #expect(request == expected && "\(request)" == description)
  }
}

/// The rules of falling back, on made-up lists of devices.
@Suite struct DeviceChoiceTests {
  private typealias Devices = Result<[ComputeDevice], Failure>

  @Test(arguments: ["auto", "gpu", "cpu", "accelerator", "gpu:1"])
  func withoutAnyDeviceTheReferenceRuns(text: String) throws {
    for devices in [Devices.success([]), .failure(Failure(.device, "clGetPlatformIDs failed"))] {
      let request = DeviceRequest(text)
      let choice = try DeviceChoice(request, among: devices, strict: false)
      #expect(choice.device.kind == .reference)
      let fallback = try #require(choice.fallback)
      #expect(fallback.hasSuffix("; using the CPU reference instead"))
      if case .failure = devices { #expect(fallback.contains("(clGetPlatformIDs failed)")) }
      let error = #expect(throws: Failure.self) { try DeviceChoice(request, among: devices, strict: true) }
      #expect(error?.kind == .device && error?.remedy == .allowAnotherDevice)
    }
  }

  @Test(arguments: [false, true]) func theReferenceIsAlwaysThere(strict: Bool) throws {
    let choice = try DeviceChoice(.reference, among: .success([]), strict: strict)
    #expect(choice.device.kind == .reference && choice.fallback == nil)
  }

  @Test(arguments: ["0", "3", "H200", ""], [false, true]) func aNamedDeviceIsNeverReplaced(text: String, strict: Bool) {
    let error = #expect(throws: Failure.self) {
      try DeviceChoice(DeviceRequest(text), among: .success([]), strict: strict)
    }
    #expect(error?.kind == .device && error?.description.contains("no OpenCL device was found") == true)
  }

  @Test func amongDevicesTheFittingOneRuns() throws {
    let found = try ComputeDevice.all()
    let first = try #require(found.first, "these tests need an OpenCL device")
    let devices = Devices.success(found)
    let fitting = ["auto", "0", first.kind.rawValue, "\(first.kind.rawValue):0", first.name, first.name.uppercased()]
    for text in fitting + [first.vendor, first.platform].compactMap({ $0 }).filter({ !$0.isEmpty }) {
      let choice = try DeviceChoice(DeviceRequest(text), among: devices, strict: true)
      #expect(choice.device.description == first.description && choice.fallback == nil, "\(text)")
    }
    for text in ["\(found.count)", "\(first.kind.rawValue):\(found.count)", "", "no such device"] {
      let error = #expect(throws: Failure.self, "\(text)") {
        try DeviceChoice(DeviceRequest(text), among: devices, strict: false)
      }
      #expect(error?.kind == .device && error?.description.contains("available: 0: \(first)") == true)
    }
  }

  @Test func anotherKindStandsIn() throws {
    let found = try ComputeDevice.all()
    let first = try #require(found.first, "these tests need an OpenCL device")
    for kind in DeviceRequest.Kind.allCases where !found.contains(where: { $0.kind.rawValue == kind.rawValue }) {
      let choice = try DeviceChoice(.kind(kind), among: .success(found), strict: false)
      #expect(choice.device.description == first.description)
      #expect(choice.fallback?.hasPrefix("no \(kind.rawValue) was found; available: 0: ") == true)
      #expect(choice.fallback?.hasSuffix("; using \(first) instead") == true)
      #expect(throws: Failure.self) { try DeviceChoice(.kind(kind), among: .success(found), strict: true) }
    }
  }
}
