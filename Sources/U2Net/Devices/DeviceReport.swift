/// The device of a report: what was requested, and what ran.
package struct DeviceReport: Sendable, Hashable, Codable {
  /// The request, as it was typed.
  package let asked: String
  /// The name of the device that ran.
  package let name: String
  /// The kind of the device that ran.
  package let kind: ComputeDevice.Kind
  /// The OpenCL platform; nil for the reference.
  package let platform: String?
  /// The version of the driver; nil for the reference.
  package let driver: String?
  /// Why the device is not the requested one; nil if it is.
  package let fallback: String?
  /// What it has cost to compile programs; nil if they came from the cache.
  package var compilation: CompilationCost?

  /// The report of a choice.
  package init(_ choice: DeviceChoice, asked: DeviceRequest) {
    self.init(choice.device, asked: asked, fallback: choice.fallback)
  }

  /// The report of a device that ran.
  package init(_ device: ComputeDevice, asked: DeviceRequest, fallback: String?) {
    self.asked = "\(asked)"
    name = device.name
    kind = device.kind
    platform = device.platform
    driver = device.driver
    self.fallback = fallback
  }
}
