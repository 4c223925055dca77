internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore
internal import RequestGuard
internal import Synchronization

/// Counts the bytes of an answer as they are sent.
final class SentBytes: Sendable {
  private let count = Atomic(0)

  /// The number of bytes.
  var value: Int { count.load(ordering: .relaxed) }

  func add(_ bytes: Int) { count.add(bytes, ordering: .relaxed) }
}

/// What the log will say of a request.
struct RequestTrace {
  /// The name of the request, which the answer has, too.
  let id: RequestID
  /// The bytes of the answer.
  let sent = SentBytes()
  private let start = ContinuousClock.now
  private var record: RequestRecord

  /// The status for a request whose client did not wait for the answer, as nginx has it.
  private static let clientHasLeft = 499

  init(_ request: Request, _ address: SocketAddress?) {
    id = RequestID(request.headers[.requestID])
    record = RequestRecord(
      time: RequestLog.now, id: id, method: request.method.rawValue, route: "other", status: Self.clientHasLeft)
    record.remote = address?.ipAddress
  }

  mutating func tell(of reply: Reply, _ template: String) {
    (record.route, record.status) = (template, reply.status.code)
    (record.model, record.device) = (reply.remarks.model, reply.remarks.device)
  }

  /// The connection has ended before the answer was written.
  mutating func end() { record.status = Self.clientHasLeft }

  /// The record at this moment.
  func record(_ bytesIn: Int) -> RequestRecord {
    var record = record
    (record.bytesIn, record.bytesOut, record.duration) = (bytesIn, sent.value, ContinuousClock.now - start)
    return record
  }
}
