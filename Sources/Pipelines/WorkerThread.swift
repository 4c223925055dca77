#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// A thread for work that waits: for a file, a device, or other threads.
package struct WorkerThread {
  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  private let ended = Monitor(false)

  /// Starts a thread.
  package init(_ run: @escaping @Sendable () -> Void) {
    let ended = ended
    let body = Unmanaged.passRetained(
      Body {
        run()
        ended.update { $0 = true }
      })
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    defer { pthread_attr_destroy(&attributes) }
    #if canImport(Darwin)
      var thread: pthread_t?
      let failed = pthread_create(&thread, &attributes, { Self.start($0) }, body.toOpaque()) != 0
    #else
      var thread = pthread_t()
      let failed = pthread_create(&thread, &attributes, { Self.start($0) }, body.toOpaque()) != 0
    #endif
    // If the system has no thread left, the work is done here and now.
    if failed { body.takeRetainedValue().run() }
  }

  /// Waits for the end of the thread.
  package func join() { ended.wait { $0 ? () : nil } }

  #if canImport(Darwin)
    private static func start(_ body: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
      Unmanaged<Body>.fromOpaque(body).takeRetainedValue().run()
      return nil
    }
  #else
    private static func start(_ body: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
      body.map { Unmanaged<Body>.fromOpaque($0).takeRetainedValue().run() }
      return nil
    }
  #endif
}
