internal import Serving
internal import Synchronization
public import U2Net

/// What there is to choose from: models and devices. Reading model files and asking drivers takes long and may hang, so
/// both happen on a thread of their own and are remembered.
final class Catalogue: Sendable {
  /// What a model's file says.
  struct Profile: Sendable {
    let task: ModelTask
    let inputSize: Size
  }

  private struct Memory {
    var devices: Swift.Result<[ComputeDevice], Failure>?
    /// By the path and the length of the file; nil for a file that is no model.
    var profiles: [String: Profile?] = [:]
  }

  private let store: ModelStore
  private let thread = WorkerPool(name: "catalogue", count: 1)
  private let memory = Mutex(Memory())

  init(_ store: ModelStore) { self.store = store }

  /// The installed models, the built-in one first, and what their files say.
  func models(by deadline: ContinuousClock.Instant) async throws(ServingError) -> [(StoredModel, Profile?)] {
    try await thread.run(by: deadline) { [self] in
      store.models().filter { $0.state != .absent }.map { ($0, profile(of: $0)) }
    }
  }

  /// Every device that a network can run on, the best first.
  func devices(by deadline: ContinuousClock.Instant) async throws(ServingError) -> [ComputeDevice] {
    try await thread.run(by: deadline) { [self] in
      if let known = memory.withLock({ $0.devices }) { return try known.get() }
      let found: Swift.Result<[ComputeDevice], Failure>
      do throws(Failure) { found = .success(try ComputeDevice.all()) } catch { found = .failure(error) }
      memory.withLock { $0.devices = found }
      return try found.get()
    }
  }

  /// The device that a request leads to, if the devices are known by now.
  func device(of request: DeviceRequest) -> ComputeDevice? {
    guard case .success(let devices) = memory.withLock({ $0.devices }) else { return nil }
    return Self.match(request, in: devices)
  }

  /// The device that a request leads to if every device works.
  static func match(_ request: DeviceRequest, in devices: [ComputeDevice]) -> ComputeDevice? {
    switch request {
    case .reference: return .reference
    case .auto: return devices.first ?? .reference
    case .index(let index): return devices.indices.contains(index) ? devices[index] : nil
    case .kind(let kind, let number):
      let those = devices.filter { $0.kind.rawValue == kind.rawValue }
      return those.indices.contains(number) ? those[number] : nil
    case .name(let name):
      let name = name.lowercased()
      return devices.first { device in
        [device.name, device.vendor ?? "", device.platform ?? ""].contains { $0.lowercased().contains(name) }
      }
    }
  }

  private func profile(of stored: StoredModel) -> Profile? {
    let mark = "\(stored.path ?? stored.name) \(stored.byteCount ?? 0)"
    if let known = memory.withLock({ $0.profiles[mark] }) { return known }
    let model = try? stored.path.map { try Model(FilePath($0)) } ?? Model.builtIn()
    let profile = model.map { Profile(task: $0.profile.task, inputSize: $0.inputSize) }
    memory.withLock { $0.profiles[mark] = .some(profile) }
    return profile
  }
}

/// A model that requests may name.
public struct ModelListing: Sendable {
  /// The name.
  public let name: String
  /// Whether the model is part of the program.
  public let isBuiltIn: Bool
  /// Whether requests that name no model get this one.
  public let isDefault: Bool
  /// Whether the model is loaded on a device.
  public let isLoaded: Bool
  /// The length of the file, in bytes; nil if it is not known.
  public let byteCount: Int?
  /// What the model is for; nil if its file cannot be read.
  public let task: ModelTask?
  /// The size of the network's input, in pixels; nil if the file cannot be read.
  public let inputSize: Size?
  /// The purpose in a few words; nil for the user's own files.
  public let purpose: String?
  /// The licence of the weights; nil for the user's own files.
  public let licence: String?
}

/// A device, and whether the server uses it.
public struct DeviceListing: Sendable {
  /// What requests call the device.
  public let id: String
  /// The name, such as `NVIDIA H200`; nil if it is not known yet.
  public let name: String?
  /// The kind; nil if it is not known yet.
  public let kind: ComputeDevice.Kind?
  /// The OpenCL platform; nil for the reference.
  public let platform: String?
  /// Whether the server uses the device. Requests cannot choose others.
  public let isUsed: Bool
  /// Why the device does not work; nil if it does, as far as is known.
  public let problem: String?
}

extension PictureService {
  /// The models that requests may name.
  public func models(by deadline: ContinuousClock.Instant) async throws(Problem) -> [ModelListing] {
    let models = try await serving { () throws(ServingError) in try await self.catalogue.models(by: deadline) }
    return models.map { stored, profile in
      ModelListing(
        name: stored.name, isBuiltIn: stored.state == .builtIn, isDefault: stored.name == configuration.model,
        isLoaded: state.isLoaded(stored.name), byteCount: stored.byteCount, task: profile?.task,
        inputSize: configuration.size.map { Size(height: $0, width: $0) } ?? profile?.inputSize,
        purpose: stored.purpose, licence: stored.licence)
    }
  }

  /// The devices that the server uses, in their order, and then those that it does not use.
  ///
  /// Drivers that do not answer in time, or fail, leave the list without the devices that are not used.
  public func devices(by deadline: ContinuousClock.Instant) async -> [DeviceListing] {
    let all = (try? await catalogue.devices(by: deadline)) ?? []
    var others = all.enumerated().map { (id: "\($0)", device: $1) } + [("reference", .reference)]
    let used = state.devices.map { used in
      let device = used.current ?? Catalogue.match(used.request, in: all)
      if let device { others.removeAll { $0.device == device } }
      return DeviceListing(
        id: "\(used.request)", name: device?.name, kind: device?.kind, platform: device?.platform, isUsed: true,
        problem: used.failure)
    }
    return used
      + others.map { id, device in
        DeviceListing(
          id: id, name: device.name, kind: device.kind, platform: device.platform, isUsed: false, problem: nil)
      }
  }
}
