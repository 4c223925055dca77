internal import Serving
internal import U2Net

/// Whether the service is ready, and what is done so that it becomes so.
extension PictureService {
  /// Why the service is not ready, one line; nil if it is.
  ///
  /// Where something has failed, it is tried again in the background: a server that is not ready gets no requests that
  /// could show that the device works again.
  public var readinessProblem: String? {
    if admission.isClosed { return "the server is stopping" }
    guard let problem = state.problem else { return nil }
    probe()
    return problem
  }

  /// Whether the service is ready; nothing is tried for it.
  public var isReady: Bool { !admission.isClosed && state.problem == nil }

  /// Begins to load the models that are to be loaded first.
  public func preload() { probe() }

  /// Seconds after which a request that finds the server full may be sent again. They differ, so that those who were
  /// refused together do not come back together.
  public var retryAfter: Int {
    let seconds = state.seconds(for: admission.load.requests)
    return .random(in: seconds...2 * seconds)
  }

  /// The memory of all loaded models, in bytes.
  public var modelByteCount: Int { state.byteCount }

  private func probe() {
    let targets = state.beginProbe(configuration.model, every: .seconds(5))
    guard !targets.isEmpty else { return }
    Task {
      // A whole picture: a device that loads a model may fail to compute.
      let picture = Picture(
        size: Size(height: 64, width: 64), hasAlpha: false,
        samples: .bits8((0..<64 * 64 * 3).map { UInt8(truncatingIfNeeded: $0 / 48) }))
      let input = DetectionInput(picture: picture, need: .refinedCutout(withMatte: false))
      for target in targets {
        _ = try? await engine.run(
          input, with: DetectorKey(model: target.model), on: target.device, by: .now + .seconds(3600))
      }
      state.endProbe()
    }
  }
}
