import Downloads
import Host
import Models
import U2Net

/// Shows the progress of a pull on standard error.
final class PullDisplay {
  private let name: String
  private let isQuiet: Bool
  private var progress: ProgressDisplay?

  init(name: String, isQuiet: Bool) {
    self.name = name
    self.isQuiet = isQuiet
  }

  /// Pulls the model.
  ///
  /// - Throws: `Failure` if the model cannot be installed.
  func pull(
    _ store: ModelStore, from source: String? = nil, sha256: String? = nil, replacing: Bool = false
  ) throws(Failure) -> PulledModel {
    defer { progress?.end() }
    let model = try store.pull(name, from: source, sha256: sha256, replacing: replacing, report: show)
    let happened = model.wasInstalled ? "is installed already" : "installed"
    endProgress("\(happened), \(model.byteCount.formattedSize), \(model.checksum.algorithm.rawValue) verified")
    return model
  }

  private func show(_ event: DownloadEvent) {
    switch event {
    case .progress(let state):
      progress = progress ?? ProgressDisplay(total: state.total, isQuiet: isQuiet, unit: .bytes)
      progress?.show(done: state.done, resumed: state.resumed)
    case .waiting: report("another process is fetching it; waiting for that")
    case .resuming(let reason): endProgress("\(reason); resuming")
    case .startingOver: endProgress("the part of an earlier pull does not fit; fetching the whole file")
    }
  }

  /// Ends the display of the progress and reports something. What comes later starts a new one.
  private func endProgress(_ message: String) {
    progress?.end()
    progress = nil
    report(message)
  }

  private func report(_ message: String) {
    if !isQuiet { Console.error("\(name): \(message)") }
  }
}

extension ModelStore {
  /// The user's store with the time-outs and certificates of the environment.
  ///
  /// - Throws: `Failure` if U2CL_TIMEOUT is not a number of seconds.
  static func configured(
    _ environment: [String: String] = Host.environment
  ) throws(Failure) -> ModelStore {
    var store = ModelStore(environment: environment)
    if let text = environment["U2CL_TIMEOUT"], !text.isEmpty {
      guard let seconds = Int(text), (1...86400).contains(seconds) else {
        throw Failure(.usage, "U2CL_TIMEOUT is '\(text)'; it takes a number of seconds from 1 to 86400")
      }
      store.limits.connectSeconds = seconds
      store.limits.stallSeconds = seconds
    }
    store.limits.certificates = ["CURL_CA_BUNDLE", "SSL_CERT_FILE"].lazy.compactMap { environment[$0] }
      .first { !$0.isEmpty }
    return store
  }
}
