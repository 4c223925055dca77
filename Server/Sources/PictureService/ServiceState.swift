internal import Serving
internal import Synchronization
internal import U2Net

/// What is known of the devices and their models: for `/readyz`, for the lists, and for `Retry-After`.
final class ServiceState: Sendable {
  /// What is known of a device.
  struct Device: Sendable {
    let request: DeviceRequest
    /// The device that ran last; nil before the first picture.
    var current: ComputeDevice?
    /// The loaded models and their bytes.
    var models: [DetectorKey: Int] = [:]
    /// Why nothing works there; nil if something has worked since.
    var failure: String?
  }

  /// A model that is to be loaded on a device before the server is ready.
  struct Preload: Hashable, Sendable {
    let model: String
    let device: Int
  }

  private struct State {
    var devices: [Device]
    /// What is still to be loaded.
    var pending: Set<Preload>
    /// Models that have to work, and cannot be loaded.
    var broken: [String: String] = [:]
    /// Seconds of a device for a picture, lately.
    var pictureTime = 0.0
    /// When failures were looked into last.
    var lastProbe: ContinuousClock.Instant?
    var isProbing = false
  }

  private let state: Mutex<State>
  /// The models that have to work for the server to be ready.
  private let vital: Set<String>

  /// - Parameters:
  ///   - devices: the devices in their order.
  ///   - vital: the models that have to work for the server to be ready.
  ///   - preloads: what is to be loaded first.
  init(devices: [DeviceRequest], vital: Set<String>, preloads: [Preload]) {
    self.vital = vital
    state = Mutex(State(devices: devices.map { Device(request: $0) }, pending: Set(preloads)))
  }

  var devices: [Device] { state.withLock { $0.devices } }

  /// The memory of all loaded models.
  var byteCount: Int { devices.reduce(0) { $0 + $1.models.values.reduce(0, +) } }

  /// Whether a model is loaded on some device.
  func isLoaded(_ model: String) -> Bool { devices.contains { $0.models.keys.contains { $0.model == model } } }

  /// Why the server is not ready, one line; nil if it is.
  var problem: String? {
    state.withLock { state in
      if let (_, line) = state.broken.min(by: { $0.key < $1.key }) { return line }
      if let line = state.devices.compactMap(\.failure).first { return line }
      guard !state.pending.isEmpty else { return nil }
      return "\(state.pending.count) of the models are still being loaded"
    }
  }

  /// What has to be tried for the server to be ready: nothing if all is well, if it is being tried already, or if the
  /// last attempt was less than an interval ago. Call `endProbe` after it was tried.
  ///
  /// - Parameter model: the model that is tried on devices that have failed.
  func beginProbe(_ model: String, every interval: Duration) -> [Preload] {
    state.withLock { state in
      let now = ContinuousClock.now
      guard !state.isProbing, state.lastProbe.map({ $0.duration(to: now) >= interval }) ?? true else { return [] }
      var targets = state.pending
      for device in state.devices.indices {
        if state.devices[device].failure != nil { targets.insert(Preload(model: model, device: device)) }
        for broken in state.broken.keys { targets.insert(Preload(model: broken, device: device)) }
      }
      guard !targets.isEmpty else { return [] }
      state.isProbing = true
      return targets.sorted { ($0.device, $0.model) < ($1.device, $1.model) }
    }
  }

  /// Notes that everything was tried.
  func endProbe() {
    state.withLock { state in
      state.isProbing = false
      state.lastProbe = .now
    }
  }

  /// Seconds until a number of requests is done.
  func seconds(for requests: Int) -> Int {
    state.withLock { state in
      let time = Double(requests) * state.pictureTime / Double(state.devices.count)
      return max(1, min(60, Int(time.rounded(.up))))
    }
  }

  /// Notes which device has computed.
  func note(_ device: ComputeDevice, at number: Int) { state.withLock { $0.devices[number].current = device } }

  /// Notes what the engine has done.
  func note(_ event: EngineEvent<DetectorKey>, at number: Int) {
    state.withLock { state in
      switch event {
      case .loaded(let key, let byteCount, _):
        state.devices[number].models[key] = byteCount
        state.broken[key.model] = nil
      case .released(let key): state.devices[number].models[key] = nil
      case .computed(let key, let waits, let time):
        state.devices[number].failure = nil
        state.pending.remove(Preload(model: key.model, device: number))
        let share = time / .seconds(max(1, waits.count))
        state.pictureTime = state.pictureTime == 0 ? share : 0.9 * state.pictureTime + 0.1 * share
      case .notLoaded(let key, let error):
        guard let failure = error as? LoadFailure, failure.kind != .request else { return }
        if failure.kind == .device { state.devices[number].failure = failure.line }
        if failure.kind == .model, vital.contains(key.model) { state.broken[key.model] = failure.line }
      case .failed(let key, let error):
        state.devices[number].models[key] = nil
        let failure = Failure(error)
        guard failure.kind == .device else { return }
        state.devices[number].failure = DeviceLine.text(failure, device: "\(state.devices[number].request)")
      }
    }
  }
}
