/// Jobs on their way through three stages that overlap: loading on several threads, computing on one thread for each
/// device, storing on several threads. Whichever device is free takes what comes next; results are delivered one by one,
/// in the order of the jobs. However many jobs there are, only so many are under way.
package struct Pipeline<Job: Sendable, Loaded: Sendable, Computed: Sendable, Output: Sendable, Problem: Error> {
  /// What a device makes of a batch.
  package enum Batch {
    /// A result for each of the batch, in its order.
    case computed([Result<Computed, Problem>])
    /// The device is of no use any more: its jobs go to the others, and where there is none they have this problem.
    case lost(Problem)
  }

  /// Begins to compute a batch; what it gives waits for the results. While one batch is computed the next is begun, where it
  /// is there: two are under way at most, and are waited for in their order. Made, called and ended on one thread.
  package typealias Device = ([Loaded]) -> () -> Batch

  /// How wide it is.
  package struct Limits: Sendable {
    /// Threads that load, and as many that store.
    package var threads: Int
    /// Jobs in a batch, at most.
    package var batch = 1
    /// How long a batch that is not full waits for others.
    package var patience = Duration.milliseconds(100)
    /// What jobs under way may weigh together, as `load` says.
    package var weight = Int.max

    /// So many threads of each sort.
    package init(threads: Int) { self.threads = threads }
  }

  private let limits: Limits
  private let load: @Sendable (Job, _ admit: (_ weight: Int) -> Void) -> Result<Loaded, Problem>
  private let devices: [@Sendable () -> Device]
  private let store: @Sendable (Job, consuming Computed) -> Result<Output, Problem>

  /// A pipeline.
  ///
  /// - Parameters:
  ///   - load: must call `admit` with what a job weighs before it takes that much memory.
  ///   - devices: each makes a device on the thread on which it will be used.
  ///   - store: what is done with what was computed, which is nobody else's any more.
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

  /// Runs until there is no job left, or until it is told to stop: then jobs that are not yet computed are dropped, and
  /// those that are, are stored and delivered.
  ///
  /// - Parameters:
  ///   - stop: may be given by any thread, `deliver` included.
  ///   - next: the next job; called on a thread of its own, where it may wait. nil ends the run.
  ///   - deliver: takes results on the caller's thread.
  package func run(
    stop: StopSignal, next: @escaping @Sendable () -> Job?, deliver: (Job, Result<Output, Problem>) -> Void
  ) {
    let stages = PipelineStages(limits, devices: devices.count, stop: stop)
    var threads = [WorkerThread { stages.enter(next) }]
    threads += (0..<limits.threads).map { _ in WorkerThread { [load] in stages.load(load) } }
    threads += devices.map { make in WorkerThread { stages.compute(make) } }
    threads += (0..<limits.threads).map { _ in WorkerThread { [store] in stages.store(store) } }
    stages.deliver(deliver)
    for thread in threads { thread.join() }
  }
}
