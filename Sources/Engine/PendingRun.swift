import OpenCL
public import Tensors

extension Executor {
  /// Starts a run and returns at once. If two runs are in flight already, waits for the older one.
  ///
  /// The device goes from one run to the next without waiting for the host. A CPU device with enough memory computes
  /// two runs at once: cores that have nothing left to do at the end of one run's launch start on the other run.
  ///
  /// - Parameter fill: writes the input, all `inputShape.elementCount` values.
  /// - Throws: `CLError`, `DeviceMemoryError`.
  public func begin(_ fill: (UnsafeMutableBufferPointer<Float>) -> Void) throws -> PendingRun {
    let lane = try lanes.free { number in try makeLane(number) }
    let (queue, arena) = (lane.workspace.queue, lane.workspace.arena)
    fill(lane.input.bytes.bindMemory(to: Float.self))
    try queue.beginWrite(lane.input, count: inputShape.byteCount, to: arena, offset: byteOffset(of: plan.input))
    try lane.workspace.enqueue()
    var start = 0
    for (id, shape) in zip(plan.outputs, outputShapes) {
      try queue.beginRead(arena, offset: byteOffset(of: id), count: shape.byteCount, into: lane.output, at: start)
      start += shape.byteCount
    }
    let pending = PendingRun(lane, shapes: outputShapes, done: try queue.marker())
    lane.pending = pending
    return pending
  }

  private var outputShapes: [Shape] { plan.outputs.map { plan.values[$0].shape } }

  private func makeLane(_ number: Int) throws -> RunLane {
    try RunLane(
      number == 0 ? workspace : try secondWorkspace() ?? workspace, inputBytes: inputShape.byteCount,
      outputBytes: outputShapes.reduce(0) { $0 + $1.byteCount })
  }

  /// A workspace for every second run; nil if one run alone keeps the device busy, or if memory is short.
  private func secondWorkspace() throws -> Workspace? {
    guard device.kind == .cpu, UInt64(workspace.byteCount) <= device.globalMemory / 16 else { return nil }
    // In Intel's runtime for CPUs, another queue sees uploaded data only after the first queue has finished.
    try finish()
    do {
      var second = try Workspace(for: plan, tuning, queue: try Queue(context: session.context))
      try second.record(plan, tuning, parameters: parameters, in: session)
      return second
    } catch is DeviceMemoryError {
      return nil
    }
  }
}

/// A run in flight, started by `Executor.begin`.
///
/// Not Sendable, like its executor.
public final class PendingRun {
  private let lane: RunLane
  /// The shapes of the outputs, which lie one after the other in the lane's memory.
  private let shapes: [Shape]
  /// Completes when the outputs are on the host.
  private let done: Event
  private var landed: [Tensor]?

  init(_ lane: RunLane, shapes: [Shape], done: consuming Event) {
    self.lane = lane
    self.shapes = shapes
    self.done = done
  }

  /// Waits for the graph's outputs, in its order.
  ///
  /// - Throws: `CLError` if the device failed.
  public func outputs() throws -> [Tensor] {
    try land()
    return landed ?? []
  }

  /// Waits, and copies the outputs from the lane's memory.
  func land() throws {
    guard landed == nil else { return }
    try done.wait()
    var start = 0
    landed = shapes.map { shape in
      let count = shape.byteCount
      defer { start += count }
      return Tensor(shape: shape) { values in
        UnsafeMutableRawBufferPointer(values).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: lane.output.bytes[start..<start + count]))
      }
    }
    lane.pending = nil
  }
}

/// The memory of one run in flight.
final class RunLane {
  let workspace: Workspace
  let input: PinnedMemory
  let output: PinnedMemory
  /// The run that uses the memory; nil if there is none.
  var pending: PendingRun?

  init(_ workspace: Workspace, inputBytes: Int, outputBytes: Int) throws {
    self.workspace = workspace
    input = try PinnedMemory(queue: workspace.queue, byteCount: inputBytes)
    output = try PinnedMemory(queue: workspace.queue, byteCount: outputBytes)
  }
}

/// The memory of the runs in flight, allocated when it is first needed.
struct RunLanes {
  /// The largest number of runs in flight.
  static let depth = 2

  /// The lanes, the least recently used first.
  private var lanes: [RunLane] = []

  /// The lane for the next run: an idle one, a new one while there are fewer than `depth`, or that of the oldest run,
  /// which is waited for.
  mutating func free(_ make: (_ number: Int) throws -> RunLane) throws -> RunLane {
    let idle = lanes.firstIndex { $0.pending == nil }
    let lane =
      idle == nil && lanes.count < Self.depth ? try make(lanes.count) : lanes.remove(at: idle ?? 0)
    lanes.append(lane)
    try lane.pending?.land()
    return lane
  }

  /// Waits for the runs in flight, which use the lanes' memory until then, and forgets them.
  func end() {
    for lane in lanes {
      try? lane.workspace.queue.finish()
      lane.pending = nil
    }
  }
}
