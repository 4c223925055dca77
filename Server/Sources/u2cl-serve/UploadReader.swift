import HTTPForms
import HTTPTypes
import HummingbirdCore
import NIOCore
import PictureService
import U2Net

/// A picture and the options for it, from a request.
struct Upload {
  var picture: [UInt8]
  var options: ResultOptions
}

/// Reads requests with a picture: the bytes as the body, or a form with a part `image`. Options are in the address, and
/// in the fields of the form.
struct UploadReader {
  /// The most bytes of a body.
  let byteLimit: Int

  /// Reads a request.
  ///
  /// - Throws: `Reply` if the request is refused; an error of the connection if the client leaves.
  func upload(from request: Request, making kind: Composition.Kind) async throws -> Upload {
    let length = request.headers[.contentLength].flatMap(Int.init)
    if let length, length > byteLimit { throw tooLong }
    var options = ResultOptions(kind)
    do {
      let query = request.uri.query ?? ""
      for field in try URLEncodedForm(query.utf8).fields { try options.set(field.name, to: field.value) }
      let type = request.headers[.contentType] ?? "application/octet-stream"
      let picture: [UInt8]
      if let reader = try MultipartReader(contentType: type) {
        picture = try await readForm(request.body, length, reader, &options)
      } else {
        picture = try await readPicture(request.body, length)
      }
      try options.finish()
      return Upload(picture: picture, options: options)
    } catch let error as FormError {
      throw Reply.text(error.kind == .tooLarge ? .contentTooLarge : .badRequest, error.description)
    } catch let problem as ResultOptions.Problem {
      throw Reply.text(.badRequest, problem.description)
    }
  }

  private var tooLong: Reply { .text(.contentTooLarge, "the body has more than \(byteLimit) bytes") }

  private func readPicture(_ body: RequestBody, _ length: Int?) async throws -> [UInt8] {
    var picture: [UInt8] = []
    picture.reserveCapacity(min(length ?? 0, byteLimit))
    try await readPieces(of: body, length) { picture += $0 }
    guard !picture.isEmpty else { throw Reply.text(.badRequest, "the request has no picture") }
    return picture
  }

  private func readForm(
    _ body: RequestBody, _ length: Int?, _ reader: MultipartReader, _ options: inout ResultOptions
  ) async throws -> [UInt8] {
    var reader = reader
    var picture: [UInt8]?
    var field: (name: String, value: [UInt8])?
    var isPicture = false
    try await readPieces(of: body, length) { piece in
      try reader.read(piece) { event in
        switch event {
        case .part(let part):
          isPicture = part.name == "image"
          guard !isPicture || picture == nil else { throw Reply.text(.badRequest, "the form has two parts image") }
          if isPicture { picture = [] } else { field = (part.name, []) }
        case .bytes(let bytes):
          if isPicture { picture?.append(contentsOf: bytes) } else { field?.value.append(contentsOf: bytes) }
        case .endOfPart:
          guard let ended = field else { return }
          guard let value = String(validating: ended.value, as: UTF8.self) else {
            throw Reply.text(.badRequest, "a field of the form is not UTF-8")
          }
          try options.set(ended.name, to: value)
          field = nil
        }
      }
    }
    try reader.finish()
    guard let picture, !picture.isEmpty else { throw Reply.text(.badRequest, "the form has no part image") }
    return picture
  }

  /// Reads a body, and checks its length.
  ///
  /// A connection that ends within a body looks like the end of the body, so its length must be compared.
  private func readPieces(
    of body: RequestBody, _ length: Int?, _ use: (ByteBufferView) throws -> Void
  ) async throws {
    var count = 0
    for try await piece in body {
      count += piece.readableBytes
      guard count <= byteLimit else { throw tooLong }
      try use(piece.readableBytesView)
    }
    guard length == nil || length == count else { throw Reply.text(.badRequest, "the body ends early") }
  }
}
