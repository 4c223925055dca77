package import Caches
package import Engine

/// The requested precision: how activations and weights are stored. Sums, inputs and maps are always float32.
public enum PrecisionRequest: String, Hashable, Sendable, CaseIterable, Codable {
  /// Half precision on a GPU where a trial shows that the maps stay the same; otherwise single precision.
  case auto
  /// Single precision.
  case fp32
  /// Half precision.
  case fp16
}

/// How a model is compiled for a device.
package struct CompilationOptions {
  /// Which maps are computed.
  package var maps = MapSelection.all
  /// How activations and weights are stored.
  package var precision = PrecisionRequest.auto
  /// Where compiled programs and the results of tuning are kept from one process to the next.
  package var cache: Cache
  /// Whether the results of an earlier tuning are used.
  package var usesTunings = true
  /// Which passes make the plan.
  package var plan: PlanOptions
  /// Whether the CPU reference may answer while programs are compiled in the background: for a single picture.
  package var answersMeanwhile = false
  /// Whether nobody waits for the programs, so that every other process goes first.
  package var isInBackground = false
  /// Called while programs are compiled that are not in the cache.
  package var progress: @Sendable (ProgramProgress) -> Void = { _ in }
  /// Whether nothing more should be compiled; compiling then fails with a `Failure` before its next program. What other
  /// processes compile is finished first.
  package var isCancelled: @Sendable () -> Bool = { false }

  package init(
    maps: MapSelection = .all, precision: PrecisionRequest = .auto, cache: Cache, usesTunings: Bool = true,
    plan: PlanOptions = PlanOptions()
  ) {
    self.maps = maps
    self.precision = precision
    self.cache = cache
    self.usesTunings = usesTunings
    self.plan = plan
  }

  /// The options of another process's request.
  init(_ request: DriverProcess.CompileRequest, cache: Cache) {
    self.init(
      maps: request.maps, precision: request.precision, cache: cache, usesTunings: request.usesTunings,
      plan: request.plan)
  }
}
