/// The C library, which has another name on each platform. Only modules that talk to the operating system import it:
/// `Files`, `Host`, `Processes`, `FileSelection` (inotify, fnmatch), `Pipelines` (threads), `Caches`, `U2Net` and
/// `Benchmarking` (the environment, memory), and the command (signals).
/// Modules that compute take `exp` and `sin` from `CMath`; modules that read or write files import `Files`.
#if canImport(Glibc)
  @_exported public import Glibc
#elseif canImport(Musl)
  @_exported public import Musl
#else
  @_exported public import Darwin
#endif

extension stat {
  /// When the contents of the file were last changed.
  package var modification: timespec {
    #if canImport(Darwin)
      st_mtimespec
    #else
      st_mtim
    #endif
  }

  /// When the contents, the name or the permissions of the file were last changed.
  package var change: timespec {
    #if canImport(Darwin)
      st_ctimespec
    #else
      st_ctim
    #endif
  }
}

/// Whether a signal is ignored.
package func isIgnored(_ signal: Int32) -> Bool {
  var action = sigaction()
  sigaction(signal, nil, &action)
  #if canImport(Glibc)
    let handler = action.__sigaction_handler.sa_handler
  #elseif canImport(Musl)
    let handler = action.__sa_handler.sa_handler
  #else
    let handler = action.__sigaction_u.__sa_handler
  #endif
  return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
}

/// The largest amount of memory that this process has held so far, in bytes.
package var peakMemory: Int {
  var usage = rusage()
  #if canImport(Glibc)
    guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
  #else
    guard getrusage(RUSAGE_SELF, &usage) == 0 else { return 0 }
  #endif
  #if canImport(Darwin)
    return usage.ru_maxrss
  #else
    // Linux counts in KiB.
    return usage.ru_maxrss * 1024
  #endif
}

#if canImport(Glibc)
  private let limitOfProcesses = __RLIMIT_NPROC
#else
  private let limitOfProcesses = RLIMIT_NPROC
#endif

/// A limit that the system sets to what this process may use (getrlimit).
package enum ResourceLimit: CaseIterable, Sendable {
  /// Mapped memory, in bytes (`ulimit -v`).
  case addressSpace
  /// Memory that can be written, in bytes (`ulimit -d`).
  case data
  /// The main thread's stack, in bytes (`ulimit -s`).
  case stack
  /// Open files (`ulimit -n`).
  case openFiles
  /// The size of a file, in bytes (`ulimit -f`).
  case fileSize
  /// The processes and threads of this user (`ulimit -u`).
  case processes

  /// The limit in effect; nil if there is none.
  package var current: Int? {
    let resource =
      switch self {
      case .addressSpace: RLIMIT_AS
      case .data: RLIMIT_DATA
      case .stack: RLIMIT_STACK
      case .openFiles: RLIMIT_NOFILE
      case .fileSize: RLIMIT_FSIZE
      case .processes: limitOfProcesses
      }
    var limit = rlimit()
    #if canImport(Glibc)
      let code = getrlimit(__rlimit_resource_t(resource.rawValue), &limit)
    #else
      let code = getrlimit(resource, &limit)
    #endif
    // What does not fit into a signed number is no limit, `RLIM_INFINITY` included.
    return code == 0 && limit.rlim_cur <= rlim_t(Int.max) ? Int(limit.rlim_cur) : nil
  }
}

/// Calls a function when one of some signals arrives, on the thread that gets it, and on its stack for signals
/// if it has one. The second signal has its default effect.
///
/// Trap: the function may only do what is safe in a signal handler, such as `write` and `_exit`.
package func handleOnce(_ signals: [Int32], by handler: @convention(c) (Int32) -> Void) {
  var action = sigaction()
  #if canImport(Glibc)
    action.__sigaction_handler.sa_handler = handler
  #elseif canImport(Musl)
    action.__sa_handler.sa_handler = handler
  #else
    action.__sigaction_u.__sa_handler = handler
  #endif
  action.sa_flags = Int32(truncatingIfNeeded: SA_RESETHAND) | Int32(truncatingIfNeeded: SA_ONSTACK)
  for signal in signals { sigaction(signal, &action, nil) }
}

/// Starts a thread that nobody joins.
///
/// - Parameter stackSize: the size of its stack in bytes; nil for the system's usual one.
/// - Returns: false if the system has no thread to give; then `body` never runs.
package func startDetachedThread(stackSize: Int? = nil, _ body: @escaping @Sendable () -> Void) -> Bool {
  final class Work {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  let work = Unmanaged.passRetained(Work(body))
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
  if let stackSize { pthread_attr_setstacksize(&attributes, stackSize) }
  defer { pthread_attr_destroy(&attributes) }
  #if canImport(Darwin)
    var thread: pthread_t?
    let code = pthread_create(
      &thread, &attributes,
      { work in
        Unmanaged<Work>.fromOpaque(work).takeRetainedValue().body()
        return nil
      }, work.toOpaque())
  #else
    var thread = pthread_t()
    let code = pthread_create(
      &thread, &attributes,
      { work in
        if let work { Unmanaged<Work>.fromOpaque(work).takeRetainedValue().body() }
        return nil
      }, work.toOpaque())
  #endif
  if code != 0 { work.release() }
  return code == 0
}
