package import Caches
import CProcessMemory
import Engine
import Files
import Host
import LibC
public import Models

/// What a program with a `main` of its own does at its start, so that drivers cannot end it, that their programs are
/// compiled once, and that memory is kept.
///
/// A program that does not call this works; then drivers are used in its own process from the start.
public enum ProgramSetup {
  /// Prepares a program that lives long, such as a server.
  ///
  /// The program is started once more, with arguments of ours, for each driver that is to be tried. Trap: call this
  /// first thing in `main`, before other threads start, because it sets variables of the environment.
  /// - Parameters:
  ///   - threads: the number of threads that compute; nil for `U2CL_THREADS`, or else for the process's share of the
  ///     cores.
  ///   - notice: receives what the user should know, one line each.
  /// - Returns: false if the process is one of those that try drivers. Its work is done; end it with exit code 0.
  /// - Throws: `Failure` if `U2CL_THREADS` is no number of threads.
  public static func begin(threads: Int? = nil, notice: (String) -> Void = { _ in }) throws(Failure) -> Bool {
    ProcessSetup.begin(endsWithReader: false)
    guard prepareForDrivers() else { return false }
    // Threads come and go, and each could leave a heap behind: a server would grow by 10 MiB in 30,000 requests.
    u2cl_limit_heaps(Int32(max(1, Host.coreShare / 8)))
    try ThreadSettings.apply(threads)
    // Whoever lives long waits for the device once, rather than use the reference to the end.
    setenv(DevicePreparation.variable, "wait", 1)
    if let line = makeDriversUsable(cache: Cache(), notice: notice) { notice(line) }
    return true
  }

  /// Has drivers tried in processes of their own, and reports crashes in one line. In such a process, carries out its
  /// request instead.
  ///
  /// - Returns: whether the program goes on; false if the process was one of those, whose work is done.
  package static func prepareForDrivers() -> Bool {
    let request = ProcessSetup.arguments.dropFirst(2).first?.string ?? ""
    let command = ProcessSetup.arguments.dropFirst().first?.string
    if command == DriverProcess.command {
      makeUsable()
      DriverProcess.answer(request) { try? FileDescriptor.standardOutput.write(Array("\($0)\n".utf8)) }
      return false
    }
    CrashReport.install()
    DriverProcess.executable = ProcessSetup.executable
    guard command == DevicePreparation.command else { return true }
    makeUsable()
    DevicePreparation.answer(request)
    return false
  }

  /// Makes do with the threads that there are, leaves out drivers that cannot be loaded, and reports both.
  ///
  /// - Returns: what users of PoCL should know about its cache, in one line; nil if there is nothing.
  package static func makeDriversUsable(cache: Cache, notice: (String) -> Void) -> String? {
    if let line = ThreadSettings.adapt() { notice(line) }
    let preparation = PoCLCache.prepare()
    if DriverList.absence == nil { for problem in DriverList.makeUsable(cache: cache) { notice(problem) } }
    if case .none(let reason) = preparation { DriverList.explainAbsence(by: reason) }
    return preparation.notice
  }

  private static func makeUsable() {
    try? ThreadSettings.apply(nil)
    _ = PoCLCache.makeUsable()
  }
}
