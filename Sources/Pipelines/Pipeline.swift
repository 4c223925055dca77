/// Sends jobs through three stages that overlap: loading on several threads, computing on a thread for each device, and
/// storing on several threads.
///
/// Whichever device is free takes the next batch. Results are delivered one by one, in the order of the jobs. The
/// number of jobs under way is bounded, however many jobs there are.
package struct Pipeline<Job: Sendable, Loaded: Sendable, Computed: Sendable, Output: Sendable, Problem: Error> {
  /// A device that fits this pipeline.
  package typealias Device = any PipelineDevice<Loaded, Computed, Problem>

  /// The limits of a pipeline.
  package struct Limits: Sendable {
    /// The number of threads that load, and of threads that store.
    package var threads: Int
    /// The largest batch.
    package var batch = 1
    /// How long a device that has nothing to do waits for its batch to fill up.
    package var patience = Duration.milliseconds(100)
    /// The largest total weight of the jobs under way, in the unit of `load`.
    package var weight = Int.max

    /// Creates limits for a number of threads.
    package init(threads: Int) { self.threads = threads }
  }

  private let limits: Limits
  private let load: @Sendable (Job, _ admit: (_ weight: Int) -> Void) -> Result<Loaded, Problem>
  private let devices: [@Sendable () -> Device]
  private let store: @Sendable (Job, consuming Computed) -> Result<Output, Problem>

  /// Creates a pipeline.
  ///
  /// - Parameters:
  ///   - limits: the limits.
  ///   - load: loads a job; calls `admit` with the weight of the job before taking that much memory.
  ///   - devices: at least one function, each of which makes a device on the thread that will use it.
  ///   - store: stores what was computed, which is not used elsewhere.
  package init(
    limits: Limits,
    load: @escaping @Sendable (Job, _ admit: (_ weight: Int) -> Void) -> Result<Loaded, Problem>,
    devices: [@Sendable () -> Device],
    store: @escaping @Sendable (Job, consuming Computed) -> Result<Output, Problem>
  ) {
    precondition(!devices.isEmpty, "a pipeline without devices")
    self.limits = limits
    self.load = load
    self.devices = devices
    self.store = store
  }

  /// Runs until no job is left, or until the stop signal is given. Then jobs that are not computed yet are dropped, and
  /// the others are stored and delivered.
  ///
  /// If the system has too few threads to give, all stages run on the caller's thread, one job after the other.
  /// - Parameters:
  ///   - stop: the stop signal, which any thread may give, `deliver` included.
  ///   - next: returns the next job, or nil to end the run; called on another thread, where it may wait.
  ///   - deliver: receives the results on the caller's thread.
  package func run(
    stop: StopSignal, next: @escaping @Sendable () -> Job?, deliver: (Job, Result<Output, Problem>) -> Void
  ) {
    let stages = PipelineStages(limits, devices: devices.count, stop: stop)
    var functions: [@Sendable () -> Void] = [{ stages.enter(next) }]
    for _ in 0..<limits.threads { functions.append { [load] in stages.load(load) } }
    for make in devices { functions.append { stages.compute(on: make()) } }
    for _ in 0..<limits.threads { functions.append { [store] in stages.store(store) } }
    guard let threads = WorkerThread.start(functions) else { return runAlone(stop, next, deliver) }
    stages.deliver(deliver)
    for thread in threads { thread.join() }
  }

  /// Runs all stages on the caller's thread, with the first device that is not lost.
  private func runAlone(_ stop: StopSignal, _ next: () -> Job?, _ deliver: (Job, Result<Output, Problem>) -> Void) {
    var device = devices[0]()
    var others = devices.dropFirst()
    while !stop.isGiven, let job = next() {
      switch load(job, { _ in }) {
      case .failure(let problem): deliver(job, .failure(problem))
      case .success(let loaded):
        var computed = Self.computed(loaded, on: device)
        while computed.isLost, let make = others.popFirst() {
          device = make()
          computed = Self.computed(loaded, on: device)
        }
        switch computed.result {
        case .failure(let problem): deliver(job, .failure(problem))
        case .success(let content): deliver(job, store(job, content))
        }
      }
    }
  }

  /// What a device makes of one loaded job, and whether the device is lost.
  private static func computed(_ loaded: Loaded, on device: Device) -> (result: Result<Computed, Problem>, isLost: Bool)
  {
    func compute<Kind: PipelineDevice<Loaded, Computed, Problem>>(
      on device: Kind
    ) -> (result: Result<Computed, Problem>, isLost: Bool) {
      do throws(Problem) { return (try device.finish(device.begin([loaded]))[0], false) } catch {
        return (.failure(error), true)
      }
    }
    return compute(on: device)
  }
}
