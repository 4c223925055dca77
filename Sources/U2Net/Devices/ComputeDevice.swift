package import OpenCL

/// Something a network runs on.
public struct ComputeDevice: Sendable {
  package enum Backend: Sendable {
    case openCL(Device)
    case reference
  }

  package let backend: Backend

  /// The plain CPU path, which needs no OpenCL.
  public static let reference = ComputeDevice(backend: .reference)

  /// The device's name, such as `NVIDIA H200`, or `reference`.
  public var name: String {
    switch backend {
    case .openCL(let device): device.name
    case .reference: "reference"
    }
  }

  /// `gpu`, `cpu`, `accelerator`, `other` or `reference`.
  public var kind: String {
    switch backend {
    case .openCL(let device): device.kind.rawValue
    case .reference: "reference"
    }
  }

  /// Who made it; nil for the reference.
  public var vendor: String? {
    switch backend {
    case .openCL(let device): device.vendor
    case .reference: nil
    }
  }

  /// The driver, such as `Portable Computing Language`; nil for the reference.
  public var platform: String? {
    switch backend {
    case .openCL(let device): device.platform.name
    case .reference: nil
    }
  }

  /// The driver's version; nil for the reference.
  public var driver: String? {
    switch backend {
    case .openCL(let device): device.driverVersion
    case .reference: nil
    }
  }

  /// Every OpenCL device, best first; the index is its number in every command. Empty where no driver is installed.
  public static func all() throws(Failure) -> [ComputeDevice] {
    try asFailure { try Device.all().map { ComputeDevice(backend: .openCL($0)) } }
  }

  /// Whether it renders in software what a GPU would, such as Mesa's llvmpipe.
  var isSoftwareRenderer: Bool {
    guard case .openCL(let device) = backend else { return false }
    return device.isSoftwareRenderer
  }

  /// Whether both are one piece of hardware that two drivers offer: one place on the bus, one UUID, or the host's processor.
  package func isSameHardware(as other: ComputeDevice) -> Bool {
    guard case .openCL(let own) = backend, case .openCL(let device) = other.backend else { return false }
    return own == device || (own.kind == .cpu && device.kind == .cpu) || own.isSameHardware(as: device)
  }
}

extension Failure {
  /// The failure of a device, with its name where it does not say it yet.
  func naming(_ device: ComputeDevice) -> Failure {
    guard kind == .device, !description.contains(device.name), device != .reference else { return self }
    return Failure(kind, "\(device) failed: \(self)")
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

/// What a request came to on this machine.
public struct DeviceChoice: Sendable {
  /// What runs.
  public let device: ComputeDevice
  /// Why it is not what was asked for, in one line; nil where it is.
  public let fallback: String?
  /// What stands in where it fails, the best first; the reference comes behind them all.
  private let others: [ComputeDevice]

  /// Finds the device that a request asks for.
  ///
  /// Where there is no device of the kind that is asked for, or no OpenCL at all, the next best is chosen and
  /// `fallback` says so; with `strict` that is an error. A number or a name that no device has is always an error.
  public init(_ request: DeviceRequest, strict: Bool = false) throws(Failure) {
    if case .reference = request {
      self.init(device: .reference, fallback: nil)
      return
    }
    try self.init(request, among: Self.listed(), strict: strict)
  }

  package init(_ request: DeviceRequest, among devices: Result<[ComputeDevice], Failure>, strict: Bool) throws(Failure)
  {
    let found = (try? devices.get()) ?? []
    if let device = try Self.match(request, in: found) {
      self.init(device: device, fallback: nil, others: found.filter { $0 != device && !$0.isSoftwareRenderer })
      return
    }
    let reason = Self.reason(request, devices)
    if strict { throw Failure(.device, "\(reason); --strict forbids another device") }
    let useful = found.filter { !$0.isSoftwareRenderer }
    let substitute = useful.first ?? .reference
    self.init(
      device: substitute, fallback: "\(reason); using \(substitute) instead", others: Array(useful.dropFirst()))
  }

  package init(device: ComputeDevice, fallback: String?, others: [ComputeDevice] = []) {
    self.device = device
    self.fallback = fallback
    self.others = others
  }

  /// What is used where the device fails; nil where nothing is left.
  func next(after failure: Failure, again: Bool = false) -> DeviceChoice? {
    guard device != .reference else { return nil }
    let next = others.first ?? .reference
    let reason = "\(device) failed\(again ? " again" : "") (\(failure)); using \(next) instead"
    return DeviceChoice(
      device: next, fallback: [fallback, reason].compactMap { $0 }.joined(separator: "; "),
      others: Array(others.dropFirst()))
  }

  /// Runs `body` on the device, or, where others may stand in, on the first that does not fail.
  ///
  /// - Throws: what `body` throws where nothing is left, or where it is not the device's fault.
  func running<Result>(mayFallBack: Bool, _ body: (DeviceChoice) throws -> Result) throws(Failure) -> Result {
    var choice = self
    while true {
      do { return try body(choice) } catch {
        let failure = Failure(error)
        guard failure.kind == .device, mayFallBack, let next = choice.next(after: failure) else {
          throw failure.naming(choice.device)
        }
        choice = next
      }
    }
  }

  private static func listed() -> Result<[ComputeDevice], Failure> {
    do throws(Failure) { return .success(try ComputeDevice.all()) } catch { return .failure(error) }
  }

  /// The device that fits exactly; nil where the next best may stand in for it. A software renderer is used where it is
  /// named: the CPU reference is faster.
  private static func match(_ request: DeviceRequest, in found: [ComputeDevice]) throws(Failure) -> ComputeDevice? {
    switch request {
    case .reference: return .reference
    case .auto: return found.first { !$0.isSoftwareRenderer }
    case .kind(let kind, let number):
      let those = found.filter { $0.kind == kind.rawValue }
      if number > 0, !those.isEmpty, !those.indices.contains(number) {
        throw Failure(.device, "there is no device \(request); \(list(found))")
      }
      return those.indices.contains(number) ? those[number] : nil
    case .index(let index):
      guard found.indices.contains(index) else {
        throw Failure(.device, "there is no device number \(index); \(list(found))")
      }
      return found[index]
    case .name(let name):
      let wanted = name.lowercased()
      let match = found.first { device in
        [device.name, device.vendor ?? "", device.platform ?? ""].contains { $0.lowercased().contains(wanted) }
      }
      guard let match, !wanted.isEmpty else { throw Failure(.device, "no device is called '\(name)'; \(list(found))") }
      return match
    }
  }

  private static func reason(_ request: DeviceRequest, _ devices: Result<[ComputeDevice], Failure>) -> String {
    switch devices {
    case .failure(let failure): "OpenCL does not work here (\(failure))"
    case .success(let found) where found.isEmpty:
      "no OpenCL device was found (\(DriverList.absence ?? "is a driver installed?"))"
    case .success(let found) where request == .auto:
      "no device but a software renderer was found, which is slower than the CPU reference; \(list(found))"
    case .success(let found): "no \(request) was found; \(list(found))"
    }
  }

  private static func list(_ devices: [ComputeDevice]) -> String {
    if devices.isEmpty { return "no OpenCL device was found; --device reference needs none" }
    return "found " + devices.enumerated().map { "\($0): \($1)" }.joined(separator: ", ")
  }
}
