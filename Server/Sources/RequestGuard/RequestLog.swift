internal import Dispatch
internal import Synchronization
internal import SystemCalls

/// Writes one line for each request.
///
/// Nobody waits for the log: lines are written by a thread of their own, whole ones at a time. If they are not taken,
/// because standard error is a full pipe, later ones are dropped and counted; if it is closed, all are.
public final class RequestLog: Sendable {
  /// How requests are logged.
  public enum Form: String, Sendable, CaseIterable {
    /// One object of JSON a line.
    case json
    /// One line of words.
    case text
    /// Not at all.
    case none
  }

  private struct State {
    var lines: [UInt8] = []
    var dropped = 0
    var isWriting = false
  }

  /// How requests are logged.
  public let form: Form
  private let descriptor: CInt
  private let byteLimit: Int
  private let state = Mutex(State())
  private let queue = DispatchQueue(label: "log")

  /// Creates a log.
  ///
  /// - Parameters:
  ///   - form: how requests are logged.
  ///   - descriptor: where the lines go; standard error by default. The process must ignore SIGPIPE.
  ///   - byteLimit: the most bytes that wait to be written.
  public init(_ form: Form, descriptor: CInt = 2, byteLimit: Int = 1 << 20) {
    (self.form, self.descriptor, self.byteLimit) = (form, descriptor, byteLimit)
  }

  /// The lines that were dropped and not told of yet.
  public var droppedCount: Int { state.withLock { $0.dropped } }

  /// Writes a line about a request, later. Takes some microseconds.
  public func add(_ record: RequestRecord) {
    let line: [UInt8]
    switch form {
    case .json: line = record.json
    case .text: line = record.text
    case .none: return
    }
    let begins = state.withLock { state in
      guard state.lines.count + line.count <= byteLimit else {
        state.dropped += 1
        return false
      }
      state.lines += line
      defer { state.isWriting = true }
      return !state.isWriting
    }
    if begins { queue.async { self.write() } }
  }

  /// Waits until what was added is written, or cannot be, for the end of the program.
  public func flush() { queue.sync {} }

  private func write() {
    while let lines = next() { Self.write(lines, to: descriptor) }
  }

  /// What is to be written next; nil if there is nothing.
  private func next() -> [UInt8]? {
    state.withLock { state in
      guard !state.lines.isEmpty else {
        state.isWriting = false
        return nil
      }
      if state.dropped > 0 {
        state.lines += (form == .json ? "{\"dropped\":\(state.dropped)}\n" : "\(state.dropped) lines dropped\n").utf8
        state.dropped = 0
      }
      defer { state.lines.removeAll(keepingCapacity: state.lines.count < 1 << 16) }
      return state.lines
    }
  }

  /// Writes lines, as many whole ones at once as a pipe takes undivided.
  private static func write(_ lines: [UInt8], to descriptor: CInt) {
    var rest = lines[...]
    while !rest.isEmpty {
      let piece = rest.prefix(Int(PIPE_BUF))
      let end = piece.count < rest.count ? piece.lastIndex(of: 0x0A).map { $0 + 1 } ?? piece.endIndex : piece.endIndex
      guard writeAll(rest[..<end], to: descriptor) else { return }
      rest = rest[end...]
    }
  }

  /// Returns false if nothing can be written any more.
  private static func writeAll(_ bytes: ArraySlice<UInt8>, to descriptor: CInt) -> Bool {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { SystemCalls.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&state, 1, 1000)
      } else if errno != EINTR {
        return false
      }
    }
    return true
  }

  /// The time now, in seconds since 1970.
  public static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
