import Host

/// The device that a request leads to on this machine, and the devices that may stand in for it.
package struct DeviceChoice: Sendable {
  /// The device.
  package let device: ComputeDevice
  /// Why the device is not the requested one, in one line; nil if it is.
  package let fallback: String?
  /// The devices that stand in if the device fails, the best first; the reference comes after all of them.
  private let others: [ComputeDevice]

  /// Finds the requested device.
  ///
  /// If there is no device of the requested kind, or no OpenCL at all, the next best device is chosen and `fallback`
  /// says why.
  /// - Parameter strict: whether that is an error instead.
  /// - Throws: `Failure` if no device has the requested number or name.
  package init(_ request: DeviceRequest, strict: Bool = false) throws(Failure) {
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
    if strict { throw Failure(.device, reason, remedy: .allowAnotherDevice) }
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

  /// The choice after the device has failed; nil after the reference.
  func next(after failure: Failure, again: Bool = false) -> DeviceChoice? {
    guard device != .reference else { return nil }
    let next = others.first ?? .reference
    let reason = "\(device) failed\(again ? " again" : "") (\(failure)); using \(next) instead"
    return DeviceChoice(
      device: next, fallback: [fallback, reason].compactMap { $0 }.joined(separator: "; "),
      others: Array(others.dropFirst()))
  }

  /// The CPU reference in place of a device whose programs are not compiled yet.
  func reference(_ reason: ReferenceAnswers) -> DeviceChoice {
    let reason =
      switch reason {
      case .duringPreparation:
        "\(device) is being prepared in the background, once; the CPU reference answers meanwhile"
      case .asNothingIsKept:
        "programs for \(device) cannot be kept, as no cache can be written; the CPU reference answers, which is faster"
      }
    return DeviceChoice(device: .reference, fallback: [fallback, reason].compactMap { $0 }.joined(separator: "; "))
  }

  /// Runs `body` on the device or, if others may stand in, on the first one that does not fail.
  ///
  /// - Throws: what `body` throws if no device is left, or if the device is not the cause.
  package func running<Result>(mayFallBack: Bool, _ body: (DeviceChoice) throws -> Result) throws(Failure) -> Result {
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

  /// The device that fits exactly; nil if the next best may stand in. A software renderer is used only if it is named,
  /// because the CPU reference is faster.
  private static func match(_ request: DeviceRequest, in found: [ComputeDevice]) throws(Failure) -> ComputeDevice? {
    switch request {
    case .reference: return .reference
    case .auto: return found.first { !$0.isSoftwareRenderer }
    case .kind(let kind, let number):
      let those = found.filter { $0.kind == kind.deviceKind }
      if number > 0, !those.isEmpty, !those.indices.contains(number) {
        throw absent("there is no device \(request)", found)
      }
      return those.indices.contains(number) ? those[number] : nil
    case .index(let index):
      guard found.indices.contains(index) else {
        throw absent("there is no device number \(index)", found)
      }
      return found[index]
    case .name(let name):
      let wanted = name.lowercased()
      let match = found.first { device in
        [device.name, device.vendor ?? "", device.platform ?? ""].contains { $0.lowercased().contains(wanted) }
      }
      guard let match, !wanted.isEmpty else { throw absent("no device is called '\(name)'", found) }
      return match
    }
  }

  private static func reason(_ request: DeviceRequest, _ devices: Result<[ComputeDevice], Failure>) -> String {
    switch devices {
    case .failure(let failure): "OpenCL does not work here (\(failure))"
    case .success(let found) where found.isEmpty:
      "no OpenCL device was found (\(DriverList.absence ?? "is a driver installed?\(Host.restrictionNote)"))"
    case .success(let found) where request == .auto:
      "no device but a software renderer was found, which is slower than the CPU reference; \(list(found))"
    case .success(let found): "no \(request) was found; \(list(found))"
    }
  }

  private static func absent(_ what: String, _ found: [ComputeDevice]) -> Failure {
    Failure(.device, "\(what); \(list(found))", remedy: found.isEmpty ? .useReference : nil)
  }

  private static func list(_ devices: [ComputeDevice]) -> String {
    if devices.isEmpty { return "no OpenCL device was found" }
    return "available: " + devices.enumerated().map { "\($0): \($1)" }.joined(separator: ", ")
  }
}
