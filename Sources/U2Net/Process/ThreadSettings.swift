import Host
import LibC
package import Models
import Pipelines
import Tensors

/// How many threads compute: ours, and those of OpenCL drivers for the processor.
package enum ThreadSettings {
  /// The numbers that are accepted.
  package static let range = 1...1024

  /// The environment variables that tell drivers the number of threads: PoCL up to 3.1, PoCL from 4.0 on, and Intel's
  /// runtime, which has one for its compute units and one for its pool of threads.
  private static let driverVariables = [
    "POCL_MAX_PTHREAD_COUNT", "POCL_CPU_MAX_CU_COUNT", "DPCPP_CPU_NUM_CUS", "CL_CONFIG_CPU_TBB_NUM_WORKERS",
  ]

  /// Sets the number of threads of this process, and of those that it starts. Trap: this sets environment variables, so
  /// call it before other threads start and before OpenCL is first used.
  ///
  /// - Parameter option: the number that the user wants; nil for that of `U2CL_THREADS`, or else for this process's
  ///   share of the cores.
  /// - Throws: `Failure` if `U2CL_THREADS` is no such number.
  package static func apply(_ option: Int?) throws(Failure) {
    let given: Int? = if let option { option } else { try variable() }
    if let count = given {
      limit(to: count)
    } else if Host.coreShare < Host.onlineCoreCount {
      // Drivers count the cores of the machine.
      Parallelism.limit(to: Host.coreShare)
      tellDrivers(Host.coreShare, replacing: false)
    }
  }

  /// The number of threads in the environment; nil if there is none.
  private static func variable() throws(Failure) -> Int? {
    guard let text = Host.environment[Host.threadVariable], !text.isEmpty else { return nil }
    guard let count = Int(text), range.contains(count) else {
      let bounds = "\(range.lowerBound) to \(range.upperBound)"
      throw Failure(.usage, "\(Host.threadVariable) takes a number from \(bounds), not '\(text.printable())'")
    }
    return count
  }

  private static func limit(to count: Int) {
    Host.limitThreads(to: count)
    Parallelism.limit(to: count)
    setenv(Host.threadVariable, "\(count)", 1)
    tellDrivers(count, replacing: true)
  }

  private static func tellDrivers(_ count: Int, replacing: Bool) {
    for variable in driverVariables { setenv(variable, "\(count)", replacing ? 1 : 0) }
  }

  /// The threads beside this one that a run takes with a number of threads that compute: its stages, a driver's,
  /// and those of the process in which a driver is tried.
  private static func need(for count: Int) -> Int { 8 + 3 * count }

  /// Makes do with the threads that the system has to give: with fewer, or without OpenCL, whose drivers end the
  /// process where a thread is missing. Trap: as for `apply`.
  ///
  /// - Returns: what was done, in one line; nil if there are enough, or if the use of OpenCL reports it.
  package static func adapt() -> String? {
    // Dispatch ends the process if it cannot open what its threads wait on.
    if let most = ResourceLimit.openFiles.current, most < 24 { limit(to: 1) }
    let wanted = Host.threadCount
    let needed = need(for: wanted)
    // One thread tells whether there are any at all; the others are tried only where they may be missing.
    let isLimited = Host.limitsThreads()
    var available = WorkerThread.available(upTo: isLimited ? needed : 1)
    if !isLimited, available == 1 { available = needed }
    // Each thread takes a stack, and about as much again; what is left over is for pictures.
    if let bytes = Host.mappableBytes {
      available = min(available, max(0, bytes - 64 << 20) / (2 * WorkerThread.usualStackSize))
    }
    guard available < needed else { return nil }
    let affordable = (available - need(for: 0)) / 3
    let note = Host.restrictionNote
    let limits = note.isEmpty ? "; raise 'ulimit -u' or the container's limit" : note
    Host.noteRestriction("\(available) threads to start")
    guard affordable > 0 else {
      limit(to: 1)
      WorkerThread.saveMemory()
      DriverList.leaveOutAll(
        because: "only \(available) more threads can be had, and OpenCL needs \(need(for: 1))\(limits)")
      return nil
    }
    limit(to: affordable)
    return "only \(available) more threads can be had; \(affordable) of \(wanted) compute\(limits)"
  }
}
