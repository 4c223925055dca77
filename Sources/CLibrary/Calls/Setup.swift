public import CLibraryHeader
import COpenCLLoader
import CProcessMemory
import Caches
import Host
import LibC
import Models
import Synchronization
import U2Net

/// What is done once before threads or OpenCL are used. A program of its own does it at its start: `ProgramSetup`.
///
/// A library leaves alone what belongs to the program: signals, standard streams, permissions of files, and reports of
/// crashes. It cannot start itself again, so drivers are tried in processes of the command, where one is named.
final class Setup: Sendable {
  static let shared = Setup()

  private struct State {
    var threads: Int?
    var hasThreads = false
    var hasDrivers = false
  }

  private let state = Mutex(State())

  /// Makes sure that what a function needs is there. Nobody waits who needs nothing.
  func provide(_ need: Need) throws {
    guard need != .nothing else { return }
    var lines: [String] = []
    try state.withLock { state in
      if !state.hasThreads {
        try ThreadSettings.apply(state.threads)
        state.hasThreads = true
      }
      guard need == .drivers, !state.hasDrivers else { return }
      Ending.prepareForFirstUse()
      let notice = ProgramSetup.makeDriversUsable(cache: Cache()) { lines.append($0) }
      lines += [notice].compactMap { $0 }
      if let problem = u2cl_opencl_problem() { DriverList.explainAbsence(by: String(cString: problem)) }
      state.hasDrivers = true
    }
    for line in lines { Log.write(line) }
  }

  /// Sets how the process uses the library, before anything else is done.
  func begin(_ options: u2cl_setup_options) throws {
    let threads = try readNumber(Int(options.threads), "threads", in: ThreadSettings.range)
    let keepsMemory = try readFlag(options.keeps_memory, "keeps_memory")
    if let command = readPath(options.command) {
      guard access(options.command, X_OK) == 0, command.exists, !command.isFolder else {
        throw CallError(U2CL_ERROR_FILE, "\(command): there is no command that can be started")
      }
      DriverProcess.executable = command.string
    }
    state.withLock { $0.threads = threads }
    if keepsMemory { u2cl_keep_freed_memory() }
    try provide(.threads)
  }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_setup(_ options: UnsafePointer<u2cl_setup_options>?) -> u2cl_status {
  let isLate = Fork.isUsed
  return call(.nothing) {
    guard !isLate else { throw CallError.usage("u2cl_setup comes first; the library was used already") }
    try Setup.shared.begin(.read(options))
  }
}
