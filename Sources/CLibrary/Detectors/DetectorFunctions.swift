public import CLibraryHeader
import Caches
import Models
import Pictures
import U2Net

/// See `u2cl.h`.
@c @implementation
public func u2cl_detector_create(
  _ options: UnsafePointer<u2cl_detector_options>?, _ detector: UnsafeMutablePointer<OpaquePointer?>?
) -> u2cl_status {
  call(.drivers) {
    let target = try output(detector)
    let options = try u2cl_detector_options.read(options)
    let progress = Progress(options.progress, options.progress_context)
    // A detector compiles more when it is asked for edges.
    defer { progress.end() }
    let created: SaliencyDetector
    do { created = try options.detector(progress) } catch {
      try progress.check()
      throw error
    }
    try progress.check()
    if let fallback = created.fallback { Log.write(fallback) }
    for note in created.notes { Log.write(note) }
    give(DetectorObject(created), to: target)
  }
}

extension u2cl_detector_options {
  /// The detector of these options.
  fileprivate func detector(_ progress: Progress) throws -> SaliencyDetector {
    let resizing: [Resampling] = [.bilinear, .bilinear, .bilinearConstant, .antialiased, .lanczos]
    let resampling = try readChoice(resampling, "resampling", resizing)
    let maskResampling = try readChoice(mask_resampling, "mask_resampling", resizing)
    let side = try readNumber(Int(input_size), "input_size", in: 1...8192)
    let batch = try readNumber(Int(batch), "batch", in: SaliencyDetector.batchRange) ?? 1
    let strict = try readFlag(strict, "strict")
    let request = DeviceRequest(try readText(device, "device") ?? "auto")
    let cache = try readText(self.cache, "cache").map { Cache($0 == "off" ? .off : .folder($0)) } ?? Cache()
    var options = CompilationOptions(
      maps: try readChoice(maps, "maps", [.saliency, .all]), precision: try precision.request(), cache: cache,
      usesTunings: try !readFlag(ignores_tunings, "ignores_tunings"))
    options.progress = {
      if $0.done > 0 { Ending.prepare() }
      progress.report($0.done, of: $0.total ?? 0)
    }
    options.isCancelled = { progress.isCancelled }
    let normalization = try readChoice(self.normalization, "normalization", [MapNormalization.minMax, .identity])
    let background = try readColor(background, "background") ?? .white
    let model = try self.loadedModel()
    let choice = try DeviceChoice(request, strict: strict)
    if choice.device != .reference { Ending.prepare() }
    return try SaliencyDetector(
      model: model, on: choice, request, strict: strict, size: side, batch: batch,
      resampling: resampling, mapResampling: mask_resampling == 0 ? nil : maskResampling,
      mapNormalization: normalization, background: background, options)
  }

  private func loadedModel() throws -> Model {
    let task = try readChoice(task, "task", [nil, ModelTask.saliency, .parsing, .portrait])
    var loaded = try readPath(model).map { try Model($0) } ?? Model.builtIn()
    if let task { loaded.profile.task = task }
    return loaded
  }
}

extension u2cl_precision {
  /// The precision of an enumerator.
  func request() throws -> PrecisionRequest { try readChoice(self, "precision", [.auto, .fp32, .fp16]) }
}

/// What runs, for `u2cl_detector_info`.
private struct DetectorReport: Encodable {
  let model: String
  let device: String
  let kind: ComputeDevice.Kind
  let platform: String?
  let driver: String?
  let fallback: String?
  let precision: String
  let batch: Int
  let width: Int
  let height: Int
  let bytes: Int
  let maps: [String]
  let task: ModelTask
  let classes: [String]
  let notes: [String]
  let cacheProblem: String?

  init(_ detector: SaliencyDetector) {
    model = detector.model.name
    (device, kind) = (detector.device.name, detector.device.kind)
    (platform, driver) = (detector.device.platform, detector.device.driver)
    fallback = detector.fallback
    precision = "\(detector.precision)"
    batch = detector.batch
    (width, height) = (detector.preprocessing.size.width, detector.preprocessing.size.height)
    bytes = detector.byteCount
    maps = detector.mapNames
    (task, classes) = (detector.model.profile.task, detector.model.profile.classes)
    notes = detector.notes
    cacheProblem = detector.cache.problem
  }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_detector_info(
  _ detector: OpaquePointer?, _ json: UnsafeMutablePointer<OpaquePointer?>?
) -> u2cl_status {
  call {
    let target = try output(json)
    let report = try Handles.shared.object(detector, DetectorObject.self).exclusively(DetectorReport.init)
    try give(json: report, to: target)
  }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_detector_release(_ detector: OpaquePointer?) -> u2cl_status { release(detector, DetectorObject.self) }
