internal import Synchronization
public import Serving
internal import U2Net

/// Loads detectors on a device.
public struct DetectorLoader: ModelLoader {
  /// The name of the built-in model.
  public static let builtInName = "u2cl-default"

  /// What holds for all models.
  struct Settings: Sendable {
    /// The largest batch; fewer if the device's memory does not hold it.
    var batch = 1
    /// How activations and weights are stored.
    var precision = PrecisionRequest.auto
    /// The side of the network's input, in pixels; nil for each model's own.
    var size: Int?
    /// How long another device stands in for one that has failed before that one is tried again.
    var standInTime = Duration.seconds(60)
    /// The installed models.
    var store = ModelStore()
    /// Receives what the user should know, one line each.
    var notice: @Sendable (String) -> Void = { _ in }
    /// Receives which device runs, by its number.
    var ran: @Sendable (Int, ComputeDevice) -> Void = { _, _ in }
  }

  private let device: DeviceRequest
  private let settings: Settings
  /// The device that the request leads to, known once a model was loaded.
  private let home = Home()

  /// The number of the device among those of the service.
  private let number: Int

  init(device: DeviceRequest, number: Int, _ settings: Settings) {
    (self.device, self.number, self.settings) = (device, number, settings)
  }

  /// Loads a model by its name. A name is never taken for a path.
  ///
  /// - Throws: `LoadFailure` if the model is damaged or missing, or if the device cannot run it.
  public func load(_ key: DetectorKey) throws -> DetectorModel {
    do throws(Failure) {
      let detector = try detector(of: key)
      detector.noticeHandler = settings.notice
      if let fallback = detector.fallback { settings.notice(fallback) }
      for note in detector.notes { settings.notice(note) }
      let single = try single(of: key, beside: detector)
      settings.ran(number, detector.device)
      return DetectorModel(
        detector, single: single, home: home.named(detector.device.name), standInTime: settings.standInTime
      ) { [number, settings] in settings.ran(number, $0) }
    } catch {
      settings.notice("the model \(key.model) cannot be loaded on \(device): \(error)")
      throw LoadFailure(error, model: key.model, device: device)
    }
  }

  /// Twice the model's file, whose weights may be halves, and U²-Net's activations for each pixel of an input.
  public func expectedByteCount(of key: DetectorKey) -> Int {
    let file = settings.store.models().first { $0.name == key.model }?.byteCount ?? 0
    let own = (try? model(of: key))?.inputSize ?? Size(height: 320, width: 320)
    let pixels = settings.size.map { $0 * $0 } ?? own.height * own.width
    return 2 * file + Self.bytesOfPixel * pixels * settings.batch
  }

  /// Measured with u2netp (1100) and u2cl-default (960).
  private static let bytesOfPixel = 1200

  private func model(of key: DetectorKey) throws(Failure) -> Model {
    try key.model == Self.builtInName ? Model.builtIn() : Model(FilePath(settings.store.path(of: key.model)))
  }

  private func detector(of key: DetectorKey, batch: Int? = nil) throws(Failure) -> SaliencyDetector {
    let model = try model(of: key)
    let preparation = key.preparation
    if !preparation.stretches, model.profile.task == .parsing {
      throw Failure(.usage, "the model makes classes, which are not stretched; leave out stretch=false")
    }
    return try SaliencyDetector(
      model: model, device: device, precision: settings.precision, size: settings.size,
      batch: batch ?? settings.batch, resampling: preparation.resampling,
      mapResampling: preparation.maskResampling,
      mapNormalization: preparation.stretches ? .minMax : .identity, maps: .saliency)
  }

  /// The same network for single pictures, where that pays: a GPU computes a whole batch for a picture that is alone.
  private func single(of key: DetectorKey, beside detector: SaliencyDetector) throws(Failure) -> SaliencyDetector? {
    guard detector.batch > 1, detector.device.kind == .gpu else { return nil }
    let single = try self.detector(of: key, batch: 1)
    single.noticeHandler = settings.notice
    return single
  }

  /// The name of the device that ran first: another one after it only stands in.
  private final class Home: Sendable {
    private let name = Mutex<String?>(nil)

    func named(_ current: String) -> String {
      name.withLock { name in
        if name == nil { name = current }
        return name ?? current
      }
    }
  }
}

/// Why a model cannot be loaded, in words that clients may read: without paths and without the driver's own text.
struct LoadFailure: Error {
  enum Kind {
    /// The request asks for what the model does not do.
    case request
    /// The model's file is missing or damaged.
    case model
    /// The device has failed, or lacks memory.
    case device
  }

  let kind: Kind
  let line: String

  init(_ failure: Failure, model: String, device: DeviceRequest) {
    switch failure.kind {
    case .usage where failure.description.hasPrefix("the model makes classes"):
      (kind, line) = (.request, failure.description)
    case .usage: (kind, line) = (.request, "the model does not take the input size of the server")
    case .device, .verification: (kind, line) = (.device, DeviceLine.text(failure, device: "\(device)"))
    case .model, .file: (kind, line) = (.model, "the model \(model) cannot be loaded; the server's log says why")
    }
  }
}

/// What clients may read about a failure of a device.
enum DeviceLine {
  static func text(_ failure: Failure, device: String) -> String {
    let text = failure.description.lowercased()
    let isMemory = ["memory", "out_of_resources", "alloc"].contains { text.contains($0) }
    let what = isMemory ? "has failed or lacks memory" : "has failed"
    return "the device \(device) \(what); try again later, the server's log says more"
  }
}
