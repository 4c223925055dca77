public import CLibraryHeader
import Dispatch
import Models
import Synchronization

/// The result of `u2cl_model_pull`.
private struct PullReport: Encodable {
  let name: String
  let path: String
  let byteCount: Int
  let wasInstalled: Bool

  init(_ model: PulledModel) {
    (name, path, byteCount, wasInstalled) = (model.name, model.path, model.byteCount, model.wasInstalled)
  }
}

/// A model to be pulled.
private struct Pull: Sendable {
  let name: String
  let source: String?
  let sha256: String?
  let replaces: Bool
  let progress: Progress

  /// Pulls the model in a task, which the progress may cancel.
  func run() throws -> PullReport {
    let (done, result) = (DispatchSemaphore(value: 0), Box())
    Task.detached {
      result.value.withLock { $0 = Result { try pull() } }
      done.signal()
    }
    done.wait()
    try progress.check()
    guard let found = result.value.withLock({ $0 }) else {
      throw CallError(U2CL_ERROR_INTERNAL, "the pull of \(name) has no result")
    }
    return try found.get()
  }

  private final class Box: Sendable {
    let value = Mutex<Result<PullReport, any Error>?>(nil)
  }

  private func pull() throws -> PullReport {
    PullReport(
      try ModelStore().pull(name, from: source, sha256: sha256, replacing: replaces) { event in
        if case .resuming(let reason) = event { Log.write("\(name): the download is resumed (\(reason))") }
        guard case .progress(let bytes) = event else { return }
        progress.report(bytes.done, of: bytes.total ?? 0)
        if progress.isCancelled { withUnsafeCurrentTask { $0?.cancel() } }
      })
  }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_model_pull(
  _ name: UnsafePointer<CChar>?, _ options: UnsafePointer<u2cl_pull_options>?,
  _ json: UnsafeMutablePointer<OpaquePointer?>?
) -> u2cl_status {
  call {
    json?.pointee = nil
    guard let name = try readText(name, "name") else { throw CallError.usage("the name is NULL") }
    let options = try u2cl_pull_options.read(options)
    let pull = Pull(
      name: name, source: try readText(options.source, "source"), sha256: try readText(options.sha256, "sha256"),
      replaces: try readFlag(options.replaces, "replaces"),
      progress: Progress(options.progress, options.progress_context))
    try give(json: pull.run(), to: json)
  }
}
