import COpenCL

/// An in-order queue of commands (`cl_command_queue`).
///
/// Not Sendable: use a queue from one thread at a time, which determines the order of commands.
public final class Queue {
  let handle: OpaquePointer
  /// The context of the device that runs the commands.
  public let context: Context
  /// Whether events of this queue record their times.
  public let profiles: Bool

  /// An in-order queue.
  public init(context: Context, profiling: Bool = false) throws(CLError) {
    self.context = context
    profiles = profiling
    let properties = profiling ? cl_command_queue_properties(CL_QUEUE_PROFILING_ENABLE) : 0
    handle = try make("clCreateCommandQueue", context.device.name) {
      clCreateCommandQueue(context.handle, context.device.handle, properties, $0)
    }
  }

  deinit { clReleaseCommandQueue(handle) }

  /// Waits until everything enqueued so far has finished.
  public func finish() throws(CLError) { try check(clFinish(handle), "clFinish") }

  /// Copies host memory to a buffer, `offset` bytes in. Returns when the host memory may be reused.
  public func write(_ bytes: UnsafeRawBufferPointer, to buffer: Buffer, offset: Int = 0) throws(CLError) {
    guard let base = bytes.baseAddress, !bytes.isEmpty else { return }
    try check(
      clEnqueueWriteBuffer(handle, buffer.handle, cl_bool(1), offset, bytes.count, base, 0, nil, nil),
      "clEnqueueWriteBuffer", "\(bytes.count) bytes at \(offset) of \(buffer.byteCount)")
  }

  /// Copies a buffer's bytes from `offset` on to host memory. Returns when they are there.
  public func read(_ buffer: Buffer, offset: Int = 0, into bytes: UnsafeMutableRawBufferPointer) throws(CLError) {
    guard let base = bytes.baseAddress, !bytes.isEmpty else { return }
    try check(
      clEnqueueReadBuffer(handle, buffer.handle, cl_bool(1), offset, bytes.count, base, 0, nil, nil),
      "clEnqueueReadBuffer", "\(bytes.count) bytes at \(offset) of \(buffer.byteCount)")
  }

  /// Sets every float32 of a buffer to `value`.
  public func fill(_ buffer: Buffer, with value: Float) throws(CLError) {
    var pattern = value
    try check(
      clEnqueueFillBuffer(
        handle, buffer.handle, &pattern, MemoryLayout<Float>.size, 0, buffer.byteCount / 4 * 4, 0, nil, nil),
      "clEnqueueFillBuffer", "\(buffer.byteCount) bytes")
  }

  /// Enqueues one launch.
  public func enqueue(_ launch: Launch) throws(CLError) {
    try enqueue(launch, event: nil)
  }

  /// Enqueues a graph's launches and makes the device start them, without waiting.
  public func replay(_ graph: CommandGraph) throws(CLError) {
    for launch in graph.launches { try enqueue(launch, event: nil) }
    // Without a flush, drivers may hold commands back. To enqueue a network takes some hosts as long as to compute it
    // takes some devices.
    try flush()
  }

  /// Makes the device start what was enqueued.
  public func flush() throws(CLError) { try check(clFlush(handle), "clFlush") }

  /// Runs graphs launch by launch, waiting for each, and returns the timing of every launch. The queue must profile.
  public func profile(_ graphs: [CommandGraph]) throws(CLError) -> [LaunchTiming] {
    var timings: [LaunchTiming] = []
    for graph in graphs {
      for launch in graph.launches {
        let event = try enqueueWithEvent(launch)
        try event.wait()
        timings.append(try LaunchTiming(of: launch, in: graph, event: event))
      }
    }
    return timings
  }

  /// Runs graphs as `replay` does, waits, and returns the timing of every launch. The queue must profile.
  ///
  /// - Parameter enqueued: called when everything is enqueued, before the wait.
  public func trace(_ graphs: [CommandGraph], enqueued: () -> Void) throws(CLError) -> [LaunchTiming] {
    var pending: [PendingLaunch] = []
    for graph in graphs {
      for launch in graph.launches {
        pending.append(PendingLaunch(graph: graph, launch: launch, event: try enqueueWithEvent(launch)))
      }
    }
    enqueued()
    try finish()
    var timings: [LaunchTiming] = []
    for each in pending { timings.append(try LaunchTiming(of: each.launch, in: each.graph, event: each.event)) }
    return timings
  }

  /// An enqueued launch. A class, because an array cannot hold the noncopyable event.
  private final class PendingLaunch {
    let graph: CommandGraph
    let launch: Launch
    let event: Event

    init(graph: CommandGraph, launch: Launch, event: consuming Event) {
      self.graph = graph
      self.launch = launch
      self.event = event
    }
  }

  private func enqueueWithEvent(_ launch: Launch) throws(CLError) -> Event {
    var handle: OpaquePointer?
    try enqueue(launch, event: &handle)
    guard let handle else {
      throw CLError(status: .success, call: "clEnqueueNDRangeKernel", subject: "\(launch.label) returned no event")
    }
    return Event(handle: handle)
  }

  private func enqueue(_ launch: Launch, event: UnsafeMutablePointer<OpaquePointer?>?) throws(CLError) {
    let size = launch.size
    let code = clEnqueueNDRangeKernel(
      handle, launch.kernel.handle, UInt32(size.global.count), nil, size.global, size.local, 0, nil, event)
    try check(code, "clEnqueueNDRangeKernel", "\(launch.label), kernel \(launch.kernel.name)")
  }
}
