import Caches
import Models
import U2Net

/// The caches that this process keeps for later ones.
///
/// Trap: create them before other threads start and before OpenCL is first used, because they set variables for its
/// drivers, such as the place of PoCL's cache.
struct PersistentCaches {
  /// The cache of u2cl.
  let cache = Cache()
  private let driverNotice: String?

  /// Makes do with the threads that there are, leaves out drivers that cannot be loaded, and reports both.
  init() {
    driverNotice = ProgramSetup.makeDriversUsable(cache: cache) { Console.error($0) }
  }

  /// A device that ran, and why it is not the requested one.
  typealias Use = (platform: String?, fallback: String?)

  /// Reports what cannot be kept, in one line at most. Call it after the devices have been used.
  func warn(of uses: [Use]) {
    let concernsPoCL = uses.contains { use in
      guard let fallback = use.fallback else { return use.platform == PoCLCache.platform }
      // A fallback may have said it.
      return driverNotice.map { !fallback.contains($0) } ?? true
    }
    if let problem = concernsPoCL ? driverNotice ?? cache.problem : cache.problem { Console.error(problem) }
  }

  /// Reports what cannot be kept for detectors.
  func warn(of detectors: [SaliencyDetector]) { warn(of: detectors.map { ($0.device.platform, $0.fallback) }) }
}
