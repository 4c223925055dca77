public import Serving
public import U2Net

/// What tells the detectors of a device apart.
public struct DetectorKey: Hashable, Sendable {
  /// The name of an installed model, or of the built-in one.
  public var model: String

  /// Creates a key.
  public init(model: String = DetectorLoader.builtInName) { self.model = model }
}

/// Loads detectors on a device.
public struct DetectorLoader: ModelLoader {
  /// The name of the built-in model.
  public static let builtInName = "u2cl-default"

  private let device: DeviceRequest
  private let batch: Int
  private let store: ModelStore
  private let notice: @Sendable (String) -> Void

  /// Creates a loader.
  ///
  /// - Parameters:
  ///   - device: the device.
  ///   - batch: the largest batch; fewer if the device's memory does not hold it.
  ///   - store: the installed models.
  ///   - notice: receives what the user should know, one line each.
  public init(
    device: DeviceRequest = .auto, batch: Int, store: ModelStore = ModelStore(),
    notice: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    (self.device, self.batch, self.store, self.notice) = (device, batch, store, notice)
  }

  /// Loads a model by its name. A name is never taken for a path.
  ///
  /// - Throws: `Failure` if the model is not installed, or if the device cannot run it.
  public func load(_ key: DetectorKey) throws -> DetectorModel {
    let isBuiltIn = key.model == Self.builtInName
    let model = try isBuiltIn ? Model.builtIn() : Model(FilePath(store.path(of: key.model)))
    let detector = try SaliencyDetector(model: model, device: device, batch: batch, maps: .saliency)
    detector.noticeHandler = notice
    if let fallback = detector.fallback { notice(fallback) }
    for note in detector.notes { notice(note) }
    return DetectorModel(detector)
  }
}
