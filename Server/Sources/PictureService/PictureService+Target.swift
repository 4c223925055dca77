internal import Serving
internal import U2Net

/// Which model and which device a request means.
extension PictureService {
  /// The model of a request, and the number of its device; nil for any.
  ///
  /// - Throws: `Problem.model` if the model is not installed, or the server has no such device.
  func target(of options: ResultOptions) throws(Problem) -> (DetectorKey, device: Int?) {
    if let size = options.size, size != configuration.size {
      let own = configuration.size.map { "\($0) pixels" } ?? "each model's own"
      throw .model("the size of the network's input is the server's (\(own)); leave out size")
    }
    let model = options.model ?? configuration.model
    try checkInstalled(model)
    return (DetectorKey(model: model, options.preparation), try options.device.flatMap(number))
  }

  /// Checks whether the server has the model and the device of a request, before any picture of it is there.
  ///
  /// - Throws: `Problem.model` if it has not.
  public func check(_ options: ResultOptions) throws(Problem) { _ = try target(of: options) }

  /// Whether a model may be named: the built-in one, one that the server was started with, or one that is installed.
  private func checkInstalled(_ name: String) throws(Problem) {
    if name == DetectorLoader.builtInName || name == configuration.model || configuration.preload.contains(name) {
      return
    }
    let isPlain =
      !name.isEmpty && name.utf8.count <= 200 && !name.hasPrefix(".")
      && name.unicodeScalars.allSatisfy { $0.value > 31 && $0.value != 127 && $0 != "/" }
    guard isPlain, (try? configuration.store.path(of: name)) != nil else {
      throw .model("no such model is installed; 'u2cl models list' and GET /v1/models list those that are")
    }
  }

  /// The number of a device by what the server was started with, by its kind, or by a part of its name; nil for any.
  private func number(of text: String) throws(Problem) -> Int? {
    let request = DeviceRequest(text)
    if request == .auto { return nil }
    let devices = state.devices
    if let number = devices.firstIndex(where: { $0.request == request }) { return number }
    let found = devices.firstIndex { device in
      guard let current = device.current ?? catalogue.device(of: device.request), !text.isEmpty else { return false }
      switch request {
      case .kind(let kind, number: 0): return current.kind.rawValue == kind.rawValue
      case .name(let name): return current.name.lowercased().contains(name.lowercased())
      default: return false
      }
    }
    guard let found else {
      throw .model("the server does not use such a device; GET /v1/devices lists those that it uses")
    }
    return found
  }
}
