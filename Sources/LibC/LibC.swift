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

/// What the system has counted of this process so far.
private var resourceUse: rusage {
  var usage = rusage()
  #if canImport(Glibc)
    _ = getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  #else
    _ = getrusage(RUSAGE_SELF, &usage)
  #endif
  return usage
}

/// The largest amount of memory that this process has held so far, in bytes.
package var peakMemory: Int {
  let usage = resourceUse
  #if canImport(Darwin)
    return usage.ru_maxrss
  #else
    // Linux counts in KiB.
    return usage.ru_maxrss * 1024
  #endif
}

/// A reference that every thread has of its own, nil at first.
///
/// `@unchecked` because the compiler does not know that no thread sees what another one has.
package final class ThreadLocal<Value: AnyObject & Sendable>: @unchecked Sendable {
  private var key = pthread_key_t()

  /// Creates a variable that lives as long as the process, because the number of keys is small.
  package init() { pthread_key_create(&key, nil) }

  /// What the calling thread has.
  package var value: Value? {
    pthread_getspecific(key).map { Unmanaged<Value>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Gives the calling thread a value while `body` runs.
  package func with<Result, Problem: Error>(
    _ value: Value, _ body: () throws(Problem) -> Result
  ) throws(Problem) -> Result {
    let earlier = pthread_getspecific(key)
    pthread_setspecific(key, Unmanaged.passUnretained(value).toOpaque())
    defer {
      pthread_setspecific(key, earlier)
      withExtendedLifetime(value) {}
    }
    return try body()
  }
}

/// The processor time that this process has used so far, all threads together, in nanoseconds.
package var processTime: Int { nanoseconds(of: CLOCK_PROCESS_CPUTIME_ID) }

/// The part of `processTime` that the system's kernel took for this process, in nanoseconds.
package var systemTime: Int {
  let time = resourceUse.ru_stime
  return (Int(time.tv_sec) * 1_000_000 + Int(time.tv_usec)) * 1000
}

/// The clock of the processor time that a thread has used.
package struct ThreadClock: Sendable {
  #if canImport(Darwin)
    private let thread = pthread_mach_thread_np(pthread_self())
  #else
    private let clock: clockid_t
  #endif

  /// The clock of the calling thread.
  package init() {
    #if !canImport(Darwin)
      var clock = CLOCK_THREAD_CPUTIME_ID
      _ = pthread_getcpuclockid(pthread_self(), &clock)
      self.clock = clock
    #endif
  }

  /// The time in nanoseconds. Any thread may ask as long as the clock's thread runs.
  package var now: Int {
    #if canImport(Darwin)
      var info = thread_basic_info()
      var count = mach_msg_type_number_t(MemoryLayout<thread_basic_info>.size / MemoryLayout<natural_t>.size)
      _ = withUnsafeMutablePointer(to: &info) {
        $0.withMemoryRebound(to: integer_t.self, capacity: Int(count)) {
          thread_info(thread, thread_flavor_t(THREAD_BASIC_INFO), $0, &count)
        }
      }
      let (user, system) = (info.user_time, info.system_time)
      return (Int(user.seconds + system.seconds) * 1_000_000 + Int(user.microseconds + system.microseconds)) * 1000
    #else
      nanoseconds(of: clock)
    #endif
  }
}

private func nanoseconds(of clock: clockid_t) -> Int {
  var time = timespec()
  guard clock_gettime(clock, &time) == 0 else { return 0 }
  return Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
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
