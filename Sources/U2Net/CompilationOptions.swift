import Caches

/// How a model is compiled for a device.
struct CompilationOptions {
  /// Which maps are computed.
  var maps = MapSelection.all
  /// How activations and weights are stored.
  var precision = PrecisionRequest.auto
  /// Where compiled programs are kept from one process to the next, and what a tuning found.
  var cache: Cache
  /// Whether what a tuning found is used.
  var usesTunings = true
}
