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
    let place: Admission.Place
    let service = exchange.server.service
    do throws(ServingError) { place = try service.admission.enter() } catch {
      throw Refusal(error, retryAfter: service.retryAfter)
    }
    // What cannot be an archive is refused before the answer begins.
    let pieces = try exchange.body.pieces(atMost: exchange.server.limits.archiveBytes)
    var start: [UInt8] = []
    while start.count < 4, let piece = try await pieces.next() { start += piece }
    guard ZipReader.recognizes(start) else { throw Refusal.badRequest("the body is no zip archive") }
    let batch = Batch(order: order, exchange: exchange, place: place, start: start, pieces: pieces)
    return Reply(.ok, mediaType, .stream { sink in try await batch.run(into: sink) })
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

/// A batch on its way.
private struct Batch: Sendable {
  /// The most pictures that are under way at once.
  private static let width = 4

  let order: BatchOrder
  let exchange: Exchange
  let place: Admission.Place
  /// What has been read of the archive already.
  let start: [UInt8]
  let pieces: RequestReader.Pieces

  /// Reads the archive, and sends each result as soon as it is there.
  func run(into sink: Reply.Sink) async throws {
    defer { place.leave() }
    var output = BatchOutput(order)
    try await withThrowingTaskGroup(of: BatchResult.self) { group in
      var reader = ZipReader(limits: exchange.server.limits.archive)
      var underWay = 0
      var piece: [UInt8]? = start
      while let bytes = piece {
        for event in reader.read(bytes) {
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
        piece = try await pieces.next()
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
