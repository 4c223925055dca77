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
  /// - Parameters:
  ///   - stop: the stop signal, which any thread may give, `deliver` included.
  ///   - next: returns the next job, or nil to end the run; called on a thread of its own, where it may wait.
  ///   - deliver: receives the results on the caller's thread.
  package func run(
    stop: StopSignal, next: @escaping @Sendable () -> Job?, deliver: (Job, Result<Output, Problem>) -> Void
  ) {
    let stages = PipelineStages(limits, devices: devices.count, stop: stop)
    var threads = [WorkerThread { stages.enter(next) }]
    threads += (0..<limits.threads).map { _ in WorkerThread { [load] in stages.load(load) } }
    threads += devices.map { make in WorkerThread { stages.compute(on: make()) } }
    threads += (0..<limits.threads).map { _ in WorkerThread { [store] in stages.store(store) } }
    stages.deliver(deliver)
    for thread in threads { thread.join() }
  }
}
