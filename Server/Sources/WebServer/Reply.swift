package import HTTPTypes
internal import HummingbirdCore
internal import NIOCore

/// An answer.
package struct Reply: Sendable {
  /// What follows the header.
  enum Body: Sendable {
    /// Bytes that are there already.
    case bytes([UInt8])
    /// Bytes that are made while they are sent: `write` gives them to the sink, piece by piece.
    case stream(@Sendable (Sink) async throws -> Void)
  }

  /// Takes the bytes of an answer and sends them.
  struct Sink {
    private let writeBuffer: (ByteBuffer) async throws -> Void

    init(_ writeBuffer: @escaping (ByteBuffer) async throws -> Void) { self.writeBuffer = writeBuffer }

    /// Sends bytes; returns as soon as the client takes more.
    func write(_ bytes: some Sequence<UInt8>) async throws { try await writeBuffer(ByteBuffer(bytes: bytes)) }
  }

  var status: HTTPResponse.Status
  var headers: HTTPFields = [:]
  var body: Body
  /// What the log says about the answer beside its status.
  var remarks = Remarks()

  /// What the log says about an answer.
  struct Remarks: Sendable {
    /// The model that has made the result.
    var model: String?
    /// The device that has made it.
    var device: String?
  }

  init(_ status: HTTPResponse.Status, _ mediaType: String, _ body: [UInt8]) {
    self.init(status, mediaType, .bytes(body))
  }

  init(_ status: HTTPResponse.Status, _ mediaType: String, _ body: Body) {
    (self.status, self.body) = (status, body)
    headers[.contentType] = mediaType
    headers[.cacheControl] = "no-store"
    headers[.xContentTypeOptions] = "nosniff"
  }

  /// A line of text.
  package static func text(_ status: HTTPResponse.Status, _ line: String) -> Reply {
    Reply(status, "text/plain; charset=utf-8", Array("\(line)\n".utf8))
  }

  /// A value as JSON.
  static func json(_ status: HTTPResponse.Status, _ value: some Encodable, as mediaType: String = "application/json")
    -> Reply
  {
    do { return Reply(status, mediaType, try JSONText.encode(value)) } catch {
      return .text(.internalServerError, "the answer cannot be written as JSON")
    }
  }
}
