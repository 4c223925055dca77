import Caches
import Models
import U2Net

/// The caches that this process keeps for later ones.
///
/// Trap: create them before OpenCL is first used, because they give the driver its cache, too.
struct PersistentCaches {
  /// The cache of u2cl.
  let cache = Cache()
  private let driverNotice = PoCLCache.makeUsable()

  /// Leaves out drivers that cannot be loaded, and reports them.
  init() {
    for problem in DriverList.makeUsable(cache: cache) { Console.error(problem) }
  }

  /// A device that ran, and why it is not the requested one.
  typealias Use = (platform: String?, fallback: String?)

  /// Reports what cannot be kept, in one line at most. Call it after the devices have been used.
  func warn(of uses: [Use]) {
    let concernsPoCL = uses.contains { $0.platform == PoCLCache.platform || $0.fallback != nil }
    if let problem = concernsPoCL ? driverNotice ?? cache.problem : cache.problem { Console.error(problem) }
  }

  /// Reports what cannot be kept for detectors.
  func warn(of detectors: [SaliencyDetector]) { warn(of: detectors.map { ($0.device.platform, $0.fallback) }) }
}
