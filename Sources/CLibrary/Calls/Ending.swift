import CLibraryHeader
import Dispatch
import LibC
import Synchronization

/// Lets threads leave OpenCL drivers before the process ends.
///
/// `exit` runs the destructors of drivers, such as LLVM's in PoCL, while other threads go on: one that compiles then
/// crashes the process. A function that `exit` runs before those destructors waits until the threads are outside.
enum Ending {
  /// The longest time to wait, in milliseconds.
  private static let patience = 10_000
  /// The number of functions that are registered for the same, at most.
  private static let mostRegistrations = 32

  private static let begun = Atomic(false)
  /// The number of threads that may be inside drivers.
  private static let inside = Atomic(0)
  private static let registrations = Atomic(0)
  /// How many calls deep a thread is inside.
  private static let depth: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key, nil)
    return key
  }()

  /// Whether the process is about to end.
  static var hasBegun: Bool { begun.load(ordering: .sequentiallyConsistent) }

  /// Makes `exit` wait. Call after drivers were loaded and after they have compiled, because what is registered last
  /// runs first, and drivers register more destructors as they go.
  static func prepare() {
    guard registrations.wrappingAdd(1, ordering: .relaxed).newValue <= mostRegistrations else { return }
    atexit { Ending.wait() }
  }

  /// The same while drivers are loaded and compile for the first time: they create objects when they first need them,
  /// so the function is registered again and again for two seconds. Trap: between the creation of such an object and
  /// the next registration, an end of the process may still crash.
  static func prepareForFirstUse() {
    prepare()
    DispatchQueue.global().async {
      for _ in 0..<400 where !hasBegun {
        usleep(5000)
        atexit { Ending.wait() }
      }
    }
  }

  /// Runs a body that may use drivers.
  ///
  /// - Throws: `CallError` if the process is about to end.
  static func inDrivers<Result>(_ body: () throws -> Result) throws -> Result {
    enter()
    defer { leave() }
    guard !hasBegun else { throw CallError(U2CL_ERROR_CANCELLED, "the process is about to end") }
    return try body()
  }

  /// Runs a function of the caller, which may take as long as it likes, and may end the process.
  static func inCallback<Result>(_ body: () -> Result) -> Result {
    let isInside = pthread_getspecific(depth) != nil
    if isInside { inside.wrappingSubtract(1, ordering: .sequentiallyConsistent) }
    defer { if isInside { inside.wrappingAdd(1, ordering: .sequentiallyConsistent) } }
    return body()
  }

  private static func enter() {
    let own = Int(bitPattern: pthread_getspecific(depth))
    if own == 0 { inside.wrappingAdd(1, ordering: .sequentiallyConsistent) }
    pthread_setspecific(depth, UnsafeRawPointer(bitPattern: own + 1))
  }

  private static func leave() {
    let own = Int(bitPattern: pthread_getspecific(depth))
    pthread_setspecific(depth, UnsafeRawPointer(bitPattern: own - 1))
    if own == 1 { inside.wrappingSubtract(1, ordering: .sequentiallyConsistent) }
  }

  private static func wait() {
    guard !Fork.isChild else { return }
    begun.store(true, ordering: .sequentiallyConsistent)
    for _ in 0..<patience where inside.load(ordering: .sequentiallyConsistent) > 0 { usleep(1000) }
  }
}
