package import OpenCL

/// A device that a network runs on: an OpenCL device, or the CPU reference.
public struct ComputeDevice: Sendable {
  package enum Backend: Sendable {
    case openCL(Device)
    case reference
  }

  package let backend: Backend

  /// The kinds of devices.
  public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    /// A graphics processor.
    case gpu
    /// Hardware that is made for computing only.
    case accelerator
    /// The host's processor through OpenCL.
    case cpu
    /// Any other OpenCL device.
    case other
    /// The CPU reference.
    case reference

    package init(_ kind: Device.Kind) {
      switch kind {
      case .gpu: self = .gpu
      case .accelerator: self = .accelerator
      case .cpu: self = .cpu
      case .other: self = .other
      }
    }
  }

  /// The CPU reference: plain loops on the host's processor, without OpenCL.
  public static let reference = ComputeDevice(backend: .reference)

  /// The device's name, such as `NVIDIA H200`, or `reference`.
  public var name: String {
    switch backend {
    case .openCL(let device): device.name
    case .reference: "reference"
    }
  }

  /// The kind of the device.
  public var kind: Kind {
    switch backend {
    case .openCL(let device): Kind(device.kind)
    case .reference: .reference
    }
  }

  /// The maker of the device; nil for the reference.
  public var vendor: String? {
    switch backend {
    case .openCL(let device): device.vendor
    case .reference: nil
    }
  }

  /// The OpenCL platform, such as `Portable Computing Language`; nil for the reference.
  public var platform: String? {
    switch backend {
    case .openCL(let device): device.platform.name
    case .reference: nil
    }
  }

  /// The version of the driver; nil for the reference.
  public var driver: String? {
    switch backend {
    case .openCL(let device): device.driverVersion
    case .reference: nil
    }
  }

  /// Every OpenCL device, the best first; empty if no driver is installed. `DeviceRequest.index` counts in this order.
  ///
  /// - Throws: `Failure` if OpenCL does not work.
  public static func all() throws(Failure) -> [ComputeDevice] {
    try asFailure { try Device.all().map { ComputeDevice(backend: .openCL($0)) } }
  }

  /// Whether the device is a GPU in software, such as Mesa's llvmpipe.
  var isSoftwareRenderer: Bool {
    guard case .openCL(let device) = backend else { return false }
    return device.isSoftwareRenderer
  }

  /// Whether two drivers offer the same hardware: the same place on the bus, the same UUID, or the host's processor.
  package func isSameHardware(as other: ComputeDevice) -> Bool {
    guard case .openCL(let own) = backend, case .openCL(let device) = other.backend else { return false }
    return own == device || (own.kind == .cpu && device.kind == .cpu) || own.isSameHardware(as: device)
  }
}

extension Failure {
  /// The failure of a device, with the name of the device unless the description has it.
  func naming(_ device: ComputeDevice) -> Failure {
    guard kind == .device, !description.contains(device.name), device != .reference else { return self }
    return Failure(kind, "\(device) failed: \(self)", remedy: remedy)
  }
}

extension ComputeDevice: Equatable {
  /// Whether both are the same device of the same driver.
  public static func == (a: ComputeDevice, b: ComputeDevice) -> Bool {
    switch (a.backend, b.backend) {
    case (.openCL(let a), .openCL(let b)): a == b
    case (.reference, .reference): true
    default: false
    }
  }
}

extension ComputeDevice: CustomStringConvertible {
  /// `NVIDIA H200 [gpu, NVIDIA CUDA]`.
  public var description: String {
    switch backend {
    case .openCL(let device): "\(device.name) [\(device.kind.rawValue), \(device.platform.name)]"
    case .reference: "the CPU reference"
    }
  }
}
