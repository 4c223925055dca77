package import Caches
package import Engine

/// How a model is compiled for a device.
package struct CompilationOptions {
  /// Which maps are computed.
  package var maps = MapSelection.all
  /// How activations and weights are stored.
  package var precision = PrecisionRequest.auto
  /// Where compiled programs are kept from one process to the next, and what a tuning found.
  package var cache: Cache
  /// Whether what a tuning found is used.
  package var usesTunings = true
  /// Which passes make the plan.
  package var plan: PlanOptions

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
}
