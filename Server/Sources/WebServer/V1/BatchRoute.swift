internal import Archives
internal import HTTPForms
internal import HTTPTypes
internal import NIOCore
internal import PictureService
internal import Serving
internal import U2Net

/// A zip archive of pictures in, a zip archive of their results out, while the pictures are still arriving.
enum BatchRoute {
  static var all: [Route] { [Route(.post, "/v1/batch") { try await reply(to: $0) }] }

  static let mediaType = "application/zip"
  private static let inputTypes = [mediaType, "application/x-zip-compressed", "application/octet-stream"]

  private static func reply(to exchange: Exchange) async throws -> Reply {
    let order = try order(of: exchange)
    let place = try exchange.place()
    let archive = try await archive(of: exchange)
    let batch = Batch(order: order, exchange: exchange, place: place, archive: archive)
    return Reply(.ok, mediaType, .stream { sink in try await batch.run(into: sink) })
  }

  /// The archive, of which so much has been read that it is known to be one.
  ///
  /// Most clients send all before they read anything, and would wait for the server while the server waits for them. So
  /// an archive that is not larger than other bodies is read whole before the answer begins.
  private static func archive(of exchange: Exchange) async throws -> BatchArchive {
    let (body, limits) = (exchange.body, exchange.server.limits)
    let archive: BatchArchive
    if let length = body.length, length <= limits.bodyBytes {
      archive = BatchArchive(start: try await body.bytes(atMost: limits.bodyBytes))
    } else {
      let pieces = try body.pieces(atMost: limits.archiveBytes)
      var start: [UInt8] = []
      while start.count < 4, let piece = try await pieces.next() { start += piece }
      archive = BatchArchive(start: start, pieces: pieces)
    }
    guard ZipReader.recognizes(archive.start) else { throw Refusal.badRequest("the body is no zip archive") }
    return archive
  }

  /// What is to be made of each picture. The options stand in the address, because the body is the archive.
  private static func order(of exchange: Exchange) throws -> BatchOrder {
    let head = exchange.head.headerFields
    let type = (head[.contentType] ?? inputTypes[0]).split(separator: ";")[0].lowercased()
    guard inputTypes.contains(type.filter { $0 != " " }) else {
      throw Refusal(.unsupportedMediaType, .badRequest, "the body is to be a zip archive, \(mediaType)")
    }
    guard AcceptedTypes(head[.accept]).quality(of: mediaType) > 0 else {
      throw Refusal(.notAcceptable, .notAcceptable, "the results are sent as \(mediaType)")
    }
    var form = Form()
    do {
      for field in try URLEncodedForm(exchange.query.utf8).fields { form.fields.append((field.name, field.value)) }
    } catch {
      throw Refusal.badRequest(error.description)
    }
    let name = try form.take("name").map { text throws(Refusal) in try BatchName(text) } ?? .usual
    var options = try PictureRoutes.chosen(form, .cutout)
    do throws(ResultOptions.Problem) { try options.finish() } catch { throw Refusal.badRequest(error.description) }
    do throws(PictureService.Problem) { try exchange.server.service.check(options) } catch { throw Refusal(error) }
    return BatchOrder(options: options, name: name)
  }
}

/// What is to be made of the pictures of a batch.
struct BatchOrder: Sendable {
  let options: ResultOptions
  let name: BatchName
}

/// An archive that has been read in part, or whole.
private struct BatchArchive: Sendable {
  /// The largest piece, in bytes, so that not everything is unpacked at once.
  private static let pieceSize = 64 << 10

  /// What has been read.
  let start: [UInt8]
  /// The rest; nil if there is none.
  var pieces: RequestReader.Pieces?

  /// Gives the archive to `use`, piece by piece.
  func read(_ use: (ArraySlice<UInt8>) async throws -> Void) async throws {
    for first in stride(from: 0, to: start.count, by: Self.pieceSize) {
      try await use(start[first..<min(first + Self.pieceSize, start.count)])
    }
    while let piece = try await pieces?.next() { try await use(piece[...]) }
  }
}

/// A batch on its way.
private struct Batch: Sendable {
  /// The most pictures that are under way at once.
  private static let width = 4

  let order: BatchOrder
  let exchange: Exchange
  let place: Admission.Place
  let archive: BatchArchive

  /// Reads the archive, and sends each result as soon as it is there.
  func run(into sink: Reply.Sink) async throws {
    defer { place.leave() }
    var output = BatchOutput(order)
    try await withThrowingTaskGroup(of: BatchResult.self) { group in
      var reader = ZipReader(limits: exchange.server.limits.archive)
      var underWay = 0
      try await archive.read { piece in
        for event in reader.read(piece) {
          switch event {
          case .entry(let name, let content):
            // No more is read of the archive while enough of it is under way.
            if underWay >= Self.width, let result = try await group.next() {
              underWay -= 1
              try await output.add(result, to: sink)
            }
            underWay += 1
            group.addTask { await result(of: name, content) }
          case .refused(let name, let reason):
            let refusal = Refusal(.unprocessableContent, .unreadablePicture, reason)
            try await output.add(BatchResult(name: name, outcome: .failure(refusal)), to: sink)
          case .broken(let reason): output.problem = reason
          }
        }
      }
      if output.problem == nil { output.problem = reader.finish() }
      for try await result in group { try await output.add(result, to: sink) }
    }
    try await output.finish(to: sink)
  }

  /// Makes the result of an entry. While the server has no room for its pixels, it waits: the archive has its place.
  private func result(of name: String, _ picture: [UInt8]) async -> BatchResult {
    let service = exchange.server.service
    let deadline = ContinuousClock.now + exchange.server.limits.requestTime
    while true {
      let part = place.part()
      defer { part.leave() }
      do throws(PictureService.Problem) {
        let answer = try await service.answer(to: picture, order.options, in: part, by: deadline)
        exchange.server.metrics.observe(answer)
        return BatchResult(name: name, outcome: .success(answer))
      } catch {
        if case .serving(.full) = error, ContinuousClock.now < deadline, !Task.isCancelled {
          part.leave()
          try? await Task.sleep(for: .milliseconds(50))
          continue
        }
        return BatchResult(name: name, outcome: .failure(Refusal(error)))
      }
    }
  }
}

/// What has come of an entry.
private struct BatchResult: Sendable {
  let name: String
  let outcome: Swift.Result<PictureService.Answer, Refusal>
}

/// The archive that is sent.
private struct BatchOutput {
  /// What `results.json` says of an entry.
  struct Record: Encodable {
    let name: String
    let file: String
    let status: Int
    var code: String?
    var error: String?
    var result: PictureAnswer?
  }

  private struct Report: Encodable {
    let pictures: [Record]
    let failed: Int
    let problem: String?
  }

  private let order: BatchOrder
  private var writer = ZipWriter()
  private var names = GivenNames()
  private var records: [Record] = []
  /// Why the rest of the archive was not read; nil if it was.
  var problem: String?

  init(_ order: BatchOrder) { self.order = order }

  /// Sends a result, or a text that says why there is none.
  mutating func add(_ result: BatchResult, to sink: Reply.Sink) async throws {
    switch result.outcome {
    case .success(let answer):
      let file = names.unused(
        order.name.name(for: result.name, kind: order.options.composition.kind, format: answer.format))
      records.append(
        Record(name: result.name, file: file, status: 200, result: PictureAnswer(answer, holdsImage: false)))
      try await send(answer.bytes, as: file, to: sink)
    case .failure(let refusal):
      let file = names.unused("\(result.name).error.txt")
      records.append(
        Record(
          name: result.name, file: file, status: refusal.status.code, code: refusal.code.rawValue,
          error: refusal.detail))
      try await send(Array("\(refusal.detail)\n".utf8), as: file, to: sink)
    }
  }

  /// Sends the report and the end of the archive.
  mutating func finish(to sink: Reply.Sink) async throws {
    let report = Report(pictures: records, failed: records.count { $0.error != nil }, problem: problem)
    try await send(try JSONText.encode(report), as: "results.json", to: sink)
    try await sink.write(writer.end())
  }

  private mutating func send(_ bytes: [UInt8], as file: String, to sink: Reply.Sink) async throws {
    try await sink.write(writer.header(of: file, bytes))
    try await sink.write(bytes)
  }
}
