import U2Net

/// What this process keeps for the next one. Make it before OpenCL is first used: it gives the driver a place, too.
struct PersistentCaches {
  /// Our own cache.
  let cache = Cache()
  private let driverNotice = PoCLCache.makeUsable()

  /// Drivers that cannot be loaded are left out, which is told at once.
  init() {
    for problem in DriverList.makeUsable(cache: cache) { Console.error(problem) }
  }

  /// Something a network ran on, or would have.
  typealias Use = (platform: String?, fallback: String?)

  /// Says what cannot be kept, in one line at most; after the devices have been used.
  func warn(of uses: [Use]) {
    let concernsPoCL = uses.contains { $0.platform == PoCLCache.platform || $0.fallback != nil }
    if let problem = concernsPoCL ? driverNotice ?? cache.problem : cache.problem { Console.error(problem) }
  }

  /// The same, of detectors.
  func warn(of detectors: [SaliencyDetector]) { warn(of: detectors.map { ($0.device.platform, $0.fallback) }) }
}
