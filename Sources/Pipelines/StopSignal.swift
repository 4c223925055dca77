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
  /// - Returns: false if the signal is given first.
  package func waitForInput(on descriptor: Int32) -> Bool {
    var waits = [
      pollfd(fd: ends.read, events: Int16(POLLIN), revents: 0),
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
    ]
    while true {
      let count = poll(&waits, nfds_t(waits.count), -1)
      if waits[0].revents != 0 || isGiven { return false }
      if count > 0 || (count < 0 && errno != EINTR) { return true }
    }
  }
}
