internal import HTTPTypes
internal import PictureService
internal import Serving
internal import URLFetching

extension Exchange {
  /// Reads a form and does work for it, within the limits; ends early if the client leaves.
  ///
  /// - Parameters:
  ///   - rules: which fields of the form are files.
  ///   - work: makes the answer, or what it is made of, in the place of the request.
  /// - Throws: `Refusal`, what `work` throws, or an error of the connection.
  func work<Result: Sendable>(
    _ rules: FormRules, _ work: @escaping @Sendable (Form, Admission.Place) async throws -> Result
  ) async throws -> Result {
    // The server gives the place back once the answer is written.
    let place = try place()
    return try await ClientWatch.run(on: channel) {
      try await work(try await FormReader(rules, server.limits).form(of: self), place)
    }
  }

  /// Takes a step of the service, and says why there is no result.
  func step<Result>(
    _ body: (PictureService) async throws(PictureService.Problem) -> Result
  ) async throws(Refusal) -> Result {
    do throws(PictureService.Problem) { return try await body(server.service) } catch {
      throw Refusal(error, retryAfter: server.service.retryAfter)
    }
  }

  /// The file at an address, if the server fetches any.
  ///
  /// - Parameters:
  ///   - url: the address.
  ///   - name: the parameter that names the address.
  ///   - place: the request's place, which claims the bytes.
  func file(at url: String, _ name: String, in place: Admission.Place) async throws(Refusal) -> [UInt8] {
    guard let fetcher = server.fetcher else {
      throw .badRequest("\(name): the server fetches nothing, unless it is started with --allow-url; send the file")
    }
    let bytes: [UInt8]
    do throws(URLFetchError) {
      bytes = try await fetcher.bytes(at: url, atMost: server.limits.bodyBytes, by: deadline)
    } catch {
      switch error {
      case .full: throw .unavailable(.full, "\(name): \(error)", retryAfter: server.service.retryAfter)
      case .cancelled: throw Refusal(ServingError.cancelled)
      case .tooLarge: throw .tooLarge("\(name): \(error)")
      case .invalid, .unreachable, .tooSlow, .tooManyRedirects, .noLibrary: throw .badRequest("\(name): \(error)")
      }
    }
    do throws(ServingError) { try place.claim(bytes: bytes.count) } catch { throw Refusal(error) }
    return bytes
  }
}

extension Reply {
  /// Sets a header by its name.
  mutating func set(_ name: String, to value: some CustomStringConvertible) {
    guard let name = HTTPField.Name(name) else { return }
    headers[name] = "\(value)"
  }
}
