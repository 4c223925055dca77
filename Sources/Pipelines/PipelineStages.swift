/// One run of a pipeline: the queues between its stages, and what the threads of each stage do.
final class PipelineStages<Job: Sendable, Loaded: Sendable, Computed: Sendable, Output: Sendable, Problem: Error>:
  Sendable
{
  typealias Line = Pipeline<Job, Loaded, Computed, Output, Problem>

  /// What is under way: a job, its number, and how far it is.
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
  /// What is to be delivered; nothing where the job was dropped.
  private let done: BoundedQueue<Item<Result<Output, Problem>?>>
  /// Threads of each stage that still run; the last one closes the next queue.
  private let loaders: Monitor<Int>
  private let devices: Monitor<Int>
  private let storers: Monitor<Int>
  /// Why there is no device any more.
  private let lost = Monitor<Problem?>(nil)

  init(_ limits: Line.Limits, devices: Int, stop: StopSignal) {
    self.limits = limits
    self.stop = stop
    let jobs = 4 * limits.threads + limits.batch * (2 * devices + 1)
    window = AdmissionWindow(jobs: jobs, weight: limits.weight)
    // No queue is ever full before the window is.
    (entered, loaded) = (BoundedQueue(capacity: jobs), BoundedQueue(capacity: jobs))
    (computed, done) = (BoundedQueue(capacity: jobs), BoundedQueue(capacity: jobs))
    (loaders, storers) = (Monitor(limits.threads), Monitor(limits.threads))
    self.devices = Monitor(devices)
  }

  /// Lets jobs in while there is room.
  func enter(_ next: () -> Job?) {
    while !stop.isGiven, let job = next() {
      entered.add(Item(number: window.enter(), job: job, content: ()))
    }
    entered.close()
  }

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

  func compute(_ make: () -> Line.Device) {
    let begin = make()
    var first: Batch?
    while true {
      // A batch that is computed need not wait until the next one is full.
      let items =
        first == nil ? loaded.take(atMost: limits.batch, patience: limits.patience) : loaded.takeFull(limits.batch)
      if items.isEmpty, first == nil { break }
      let second = begun(items, begin)
      if let first, let problem = ended(first) {
        loaded.putBack(first.items + (second?.items ?? []))
        lose(for: problem)
        return
      }
      first = second
    }
    if isLast(of: devices) { computed.close() }
  }

  /// What a device has begun to compute.
  private struct Batch {
    let items: [Item<Loaded>]
    let end: () -> Line.Batch
  }

  /// Begins a batch; nil where there is none, or where it is dropped.
  private func begun(_ items: [Item<Loaded>], _ begin: Line.Device) -> Batch? {
    if items.isEmpty { return nil }
    guard !stop.isGiven else {
      for item in items { finish(item, nil) }
      return nil
    }
    return Batch(items: items, end: begin(items.map(\.content)))
  }

  /// Sends a batch's results on.
  ///
  /// - Returns: why its device is of no use any more, where it is not.
  private func ended(_ batch: Batch) -> Problem? {
    switch batch.end() {
    case .computed(let results):
      for (item, result) in zip(batch.items, results) {
        switch result {
        case .success(let content): computed.add(item.with(content))
        case .failure(let problem): finish(item, .failure(problem))
        }
      }
      return nil
    case .lost(let problem): return problem
    }
  }

  /// Ends a device's thread; where it was the last, every job has its problem.
  private func lose(for problem: Problem) {
    guard isLast(of: devices) else { return }
    while let item = loaded.take() { finish(item, stop.isGiven ? nil : .failure(problem)) }
    computed.close()
  }

  func store(_ store: (Job, consuming Computed) -> Result<Output, Problem>) {
    while let item = computed.take() {
      let entry = item.with(())
      finish(entry, store(entry.job, (consume item).content))
    }
    if isLast(of: storers) { done.close() }
  }

  /// Calls `deliver` in the order of the jobs.
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
