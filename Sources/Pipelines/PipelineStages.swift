/// A run of a pipeline: the queues between its stages, and the work of the threads of each stage.
final class PipelineStages<Job: Sendable, Loaded: Sendable, Computed: Sendable, Output: Sendable, Problem: Error>:
  Sendable
{
  typealias Line = Pipeline<Job, Loaded, Computed, Output, Problem>

  /// A job under way: its number, and what it has become so far.
  private struct Item<Content: Sendable>: Sendable {
    let number: Int
    let job: Job
    let content: Content

    func with<Other: Sendable>(_ content: Other) -> Item<Other> {
      Item<Other>(number: number, job: job, content: content)
    }
  }

  private let limits: Line.Limits
  private let stop: StopSignal
  private let window: AdmissionWindow
  private let entered: BoundedQueue<Item<Void>>
  private let loaded: BoundedQueue<Item<Loaded>>
  private let computed: BoundedQueue<Item<Computed>>
  /// The results to deliver; nil for a job that was dropped.
  private let done: BoundedQueue<Item<Result<Output, Problem>?>>
  /// The number of running threads of each stage; the last thread closes the next queue.
  private let loaders: Monitor<Int>
  private let devices: Monitor<Int>
  private let storers: Monitor<Int>

  init(_ limits: Line.Limits, devices: Int, stop: StopSignal) {
    self.limits = limits
    self.stop = stop
    let jobs = 4 * limits.threads + limits.batch * (2 * devices + 1)
    window = AdmissionWindow(jobs: jobs, weight: limits.weight)
    // The window is full before any queue is.
    (entered, loaded) = (BoundedQueue(capacity: jobs), BoundedQueue(capacity: jobs))
    (computed, done) = (BoundedQueue(capacity: jobs), BoundedQueue(capacity: jobs))
    (loaders, storers) = (Monitor(limits.threads), Monitor(limits.threads))
    self.devices = Monitor(devices)
  }

  /// Admits jobs while there is room.
  func enter(_ next: () -> Job?) {
    while !stop.isGiven, let job = next() {
      entered.add(Item(number: window.enter(), job: job, content: ()))
    }
    entered.close()
  }

  /// Loads jobs.
  func load(_ load: (Job, (Int) -> Void) -> Result<Loaded, Problem>) {
    while let item = entered.take() {
      guard !stop.isGiven else {
        finish(item, nil)
        continue
      }
      switch load(item.job, { window.admit(item.number, weighing: $0) }) {
      case .success(let content): loaded.add(item.with(content))
      case .failure(let problem): finish(item, .failure(problem))
      }
    }
    if isLast(of: loaders) { loaded.close() }
  }

  /// Computes on a device until nothing is left, or until the device is lost.
  func compute<Device: PipelineDevice<Loaded, Computed, Problem>>(on device: Device) {
    var first: Batch<Device>?
    while true {
      // While a batch is computed, the next one is begun only if it is full.
      let items =
        first == nil ? loaded.take(atMost: limits.batch, patience: limits.patience) : loaded.takeFull(limits.batch)
      if items.isEmpty, first == nil { break }
      let second = begun(items, on: device)
      if let first, let problem = finish(first, on: device) {
        loaded.putBack(first.items + (second?.items ?? []))
        lose(for: problem)
        return
      }
      first = second
    }
    if isLast(of: devices) { computed.close() }
  }

  /// A batch in flight on a device.
  private struct Batch<Device: PipelineDevice<Loaded, Computed, Problem>> {
    let items: [Item<Loaded>]
    let inFlight: Device.InFlight
  }

  /// Begins a batch; nil if it is empty, or if it is dropped because of the stop signal.
  private func begun<Device: PipelineDevice<Loaded, Computed, Problem>>(
    _ items: [Item<Loaded>], on device: Device
  ) -> Batch<Device>? {
    if items.isEmpty { return nil }
    guard !stop.isGiven else {
      for item in items { finish(item, nil) }
      return nil
    }
    return Batch(items: items, inFlight: device.begin(items.map(\.content)))
  }

  /// Waits for a batch and passes its results on.
  ///
  /// - Returns: the problem if the device is lost.
  private func finish<Device: PipelineDevice<Loaded, Computed, Problem>>(
    _ batch: Batch<Device>, on device: Device
  ) -> Problem? {
    do throws(Problem) {
      for (item, result) in zip(batch.items, try device.finish(batch.inFlight)) {
        switch result {
        case .success(let content): computed.add(item.with(content))
        case .failure(let problem): finish(item, .failure(problem))
        }
      }
      return nil
    } catch {
      return error
    }
  }

  /// Ends the thread of a lost device; if it was the last device, every remaining job fails with its problem.
  private func lose(for problem: Problem) {
    guard isLast(of: devices) else { return }
    while let item = loaded.take() { finish(item, stop.isGiven ? nil : .failure(problem)) }
    computed.close()
  }

  /// Stores what was computed.
  func store(_ store: (Job, consuming Computed) -> Result<Output, Problem>) {
    while let item = computed.take() {
      let entry = item.with(())
      finish(entry, store(entry.job, (consume item).content))
    }
    if isLast(of: storers) { done.close() }
  }

  /// Delivers the results in the order of the jobs.
  func deliver(_ deliver: (Job, Result<Output, Problem>) -> Void) {
    var early: [Int: Item<Result<Output, Problem>?>] = [:]
    var next = 0
    while let item = done.take() {
      early[item.number] = item
      while let due = early.removeValue(forKey: next) {
        if let result = due.content { deliver(due.job, result) }
        window.leave()
        next += 1
      }
    }
  }

  private func finish<Content>(_ item: Item<Content>, _ result: Result<Output, Problem>?) {
    window.release(item.number)
    done.add(item.with(result))
  }

  private func isLast(of threads: Monitor<Int>) -> Bool {
    threads.update { running in
      running -= 1
      return running == 0
    }
  }
}
