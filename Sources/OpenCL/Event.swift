import COpenCL

/// An enqueued command (`cl_event`).
public struct Event: ~Copyable {
  let handle: OpaquePointer

  init(handle: OpaquePointer) { self.handle = handle }

  deinit { clReleaseEvent(handle) }

  /// Waits until the command has finished.
  public func wait() throws(CLError) {
    var event: OpaquePointer? = handle
    try check(clWaitForEvents(1, &event), "clWaitForEvents")
  }

  /// When the command ran. It must have finished, and its queue must profile.
  public func times() throws(CLError) -> EventTimes {
    func time(_ parameter: Int32) throws(CLError) -> UInt64 {
      try Info.value(UInt64(0), "clGetEventProfilingInfo") {
        clGetEventProfilingInfo(handle, cl_profiling_info(parameter), $0, $1, $2)
      }
    }
    return EventTimes(
      queued: try time(CL_PROFILING_COMMAND_QUEUED), submitted: try time(CL_PROFILING_COMMAND_SUBMIT),
      started: try time(CL_PROFILING_COMMAND_START), ended: try time(CL_PROFILING_COMMAND_END))
  }
}

/// The times of a command's stages, in nanoseconds of the device's clock.
public struct EventTimes: Hashable, Sendable {
  /// When the host enqueued it.
  public let queued: UInt64
  /// When it reached the device.
  public let submitted: UInt64
  /// When it began to run.
  public let started: UInt64
  /// When it finished.
  public let ended: UInt64

  /// The running time in seconds.
  public var duration: Double { Double(ended &- started) * 1e-9 }
}
