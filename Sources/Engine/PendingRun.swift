import OpenCL
public import Tensors

/// A run that was sent on its way: `Executor.begin`.
///
/// Not Sendable, as the executor is not.
public final class PendingRun {
  private let lane: RunLane
  /// The shapes of the outputs, one behind the other in the lane's memory.
  private let shapes: [Shape]
  /// When the outputs are on the host.
  private let done: Event
  private var landed: [Tensor]?

  init(_ lane: RunLane, shapes: [Shape], done: consuming Event) {
    self.lane = lane
    self.shapes = shapes
    self.done = done
  }

  /// Waits for the graph's outputs, in its order.
  ///
  /// - Throws: `CLError` where the device failed on the way.
  public func outputs() throws -> [Tensor] {
    try land()
    return landed ?? []
  }

  /// Waits, and takes the outputs out of the lane's memory.
  func land() throws {
    guard landed == nil else { return }
    try done.wait()
    var start = 0
    landed = shapes.map { shape in
      let count = shape.elementCount * MemoryLayout<Float>.stride
      defer { start += count }
      return Tensor(shape: shape) { values in
        UnsafeMutableRawBufferPointer(values).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: lane.output.bytes[start..<start + count]))
      }
    }
    lane.pending = nil
  }
}

/// The memory of one run that is under way.
final class RunLane {
  let workspace: Workspace
  let input: PinnedMemory
  let output: PinnedMemory
  /// The run that is on its way through here.
  var pending: PendingRun?

  init(_ workspace: Workspace, inputBytes: Int, outputBytes: Int) throws {
    self.workspace = workspace
    input = try PinnedMemory(queue: workspace.queue, byteCount: inputBytes)
    output = try PinnedMemory(queue: workspace.queue, byteCount: outputBytes)
  }
}

/// The memory of the runs under way, made when it is first needed: whoever runs one input alone needs none.
struct RunLanes {
  /// How many runs may be under way.
  static let depth = 2

  /// In the order in which they were last taken.
  private var lanes: [RunLane] = []

  /// The lane of the next run: an idle one, or a new one while there are less than `depth`, or the oldest run's, which is
  /// waited for.
  mutating func free(_ make: (_ number: Int) throws -> RunLane) throws -> RunLane {
    let idle = lanes.firstIndex { $0.pending == nil }
    let lane =
      idle == nil && lanes.count < Self.depth ? try make(lanes.count) : lanes.remove(at: idle ?? 0)
    lanes.append(lane)
    try lane.pending?.land()
    return lane
  }

  /// Waits for what is under way, whose memory is in use until then, and forgets it.
  func end() {
    for lane in lanes {
      try? lane.workspace.queue.finish()
      lane.pending = nil
    }
  }
}
