internal import LibC

/// Tells threads to stop. A signal that was given stays given.
package final class StopSignal: Sendable {
  private let state = Monitor(false)
  private let ends: (read: Int32, write: Int32)

  /// Creates a signal that is not given yet.
  package init() {
    var pair: [Int32] = [-1, -1]
    _ = pipe(&pair)
    for end in pair { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    ends = (pair[0], pair[1])
  }

  deinit {
    close(ends.read)
    close(ends.write)
  }

  /// Whether the signal was given.
  package var isGiven: Bool { state.update { $0 } }

  /// Gives the signal.
  package func request() {
    guard
      !state.update({ given in
        defer { given = true }; return given
      })
    else { return }
    var byte: UInt8 = 0
    _ = write(ends.write, &byte, 1)
  }

  /// Waits until a file has data to read or has ended.
  ///
  /// - Parameters:
  ///   - descriptor: the file; nil to wait for the signal and the time alone.
  ///   - time: how long to wait; nil for as long as it takes.
  /// - Returns: false if the signal is given first.
  package func waitForInput(on descriptor: Int32?, atMost time: Duration? = nil) -> Bool {
    // A negative descriptor is ignored.
    var waits = [
      pollfd(fd: ends.read, events: Int16(POLLIN), revents: 0),
      pollfd(fd: descriptor ?? -1, events: Int16(POLLIN), revents: 0),
    ]
    let clock = ContinuousClock()
    let end = time.map { clock.now.advanced(by: $0) }
    while true {
      // Rounded up, so that the time is over when poll returns.
      let left = end.map { max(.zero, clock.now.duration(to: $0)) / .milliseconds(1) }
      let count = poll(&waits, nfds_t(waits.count), left.map { Int32(min($0.rounded(.up), 1e9)) } ?? -1)
      if waits[0].revents != 0 || isGiven { return false }
      if count > 0 || (count < 0 && errno != EINTR) { return true }
      if count == 0, let end, clock.now >= end { return true }
    }
  }
}
