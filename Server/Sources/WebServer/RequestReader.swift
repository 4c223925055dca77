internal import Connections
internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore
internal import Serving
internal import Synchronization

/// Reads the body of a request, once, and counts its bytes.
final class RequestReader: Sendable {
  private let body: RequestBody
  private let channel: any Channel
  /// Whether the client waits for 100 before it sends the body.
  private let isAwaited: Bool
  /// The length that the head states; nil if it states none.
  let length: Int?
  private let state: Mutex<State>

  private struct State {
    var count = 0
    /// Claims the bytes as they arrive.
    var place: Admission.Place?
  }

  init(_ request: Request, _ channel: any Channel) {
    body = request.body
    self.channel = channel
    isAwaited = request.headers[.expect] != nil
    length = request.headers[.contentLength].flatMap(Int.init)
    state = Mutex(State())
  }

  /// Has the bytes claimed in the place of the request from now on, as they arrive.
  func claimBytes(in place: Admission.Place) { state.withLock { $0.place = place } }

  /// The place of the request; nil if it has none.
  var place: Admission.Place? { state.withLock { $0.place } }
  /// The number of bytes that were read.
  var count: Int { state.withLock { $0.count } }

  /// Reads the body piece by piece.
  ///
  /// - Parameters:
  ///   - limit: the most bytes.
  ///   - use: takes each piece.
  /// - Throws: `Refusal` if the body is too long, or there is no room for it; `ConnectionProblem` if it is slow, broken
  ///   or ends early; what `use` throws; an error of the connection.
  func read(atMost limit: Int, _ use: (ByteBufferView) throws -> Void) async throws {
    if let length, length > limit { throw Self.tooLong(limit) }
    if isAwaited { try await channel.triggerUserOutboundEvent(BodyIsWanted()) }
    var count = 0
    for try await piece in body {
      count += piece.readableBytes
      guard count <= limit else { throw Self.tooLong(limit) }
      try add(piece.readableBytes)
      try use(piece.readableBytesView)
    }
  }

  /// The whole body.
  ///
  /// - Throws: as `read`.
  func bytes(atMost limit: Int) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(length ?? 0, limit))
    try await read(atMost: limit) { bytes += $0 }
    return bytes
  }

  /// The body piece by piece, for one who does other things between the pieces. The bytes are not claimed. The body may
  /// take any time, as long as it comes at the least rate.
  ///
  /// - Throws: `Refusal` if the body is known to be too long.
  func pieces(atMost limit: Int) throws(Refusal) -> Pieces {
    if let length, length > limit { throw Self.tooLong(limit) }
    return Pieces(self, limit)
  }

  /// The pieces of a body. Used by one task after the other, and never by two at once.
  final class Pieces: @unchecked Sendable {
    private let reader: RequestReader
    private let limit: Int
    private var iterator: RequestBody.AsyncIterator
    private var isBegun = false

    fileprivate init(_ reader: RequestReader, _ limit: Int) {
      (self.reader, self.limit, iterator) = (reader, limit, reader.body.makeAsyncIterator())
    }

    /// The next piece; nil at the end.
    ///
    /// - Throws: `Refusal` if the body is too long; otherwise as `read`.
    func next() async throws -> [UInt8]? {
      if !isBegun { try await reader.channel.triggerUserOutboundEvent(BodyIsWanted(isLong: true)) }
      isBegun = true
      guard let piece = try await iterator.next() else { return nil }
      let count = reader.state.withLock { state in
        state.count += piece.readableBytes
        return state.count
      }
      guard count <= limit else { throw RequestReader.tooLong(limit) }
      return Array(piece.readableBytesView)
    }
  }

  private func add(_ bytes: Int) throws(Refusal) {
    let place = state.withLock { state in
      state.count += bytes
      return state.place
    }
    do throws(ServingError) { try place?.claim(bytes: bytes) } catch { throw Refusal(error) }
  }

  private static func tooLong(_ limit: Int) -> Refusal { .tooLarge("the body has more than \(limit) bytes") }
}
