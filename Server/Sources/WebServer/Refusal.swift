internal import Connections
internal import HTTPTypes
internal import PictureService
internal import RequestGuard
internal import Serving
internal import U2Net

/// Why a request gets no result. Each interface of the server says it in its own way: `Route.Style`.
package struct Refusal: Error {
  /// The status of the answer.
  let status: HTTPResponse.Status
  /// The sort of problem, in words that programs may compare.
  let code: Code
  /// One line for people: what, where, what to do. Without the client's own text, and without paths.
  package let detail: String
  /// What the answer's header says.
  var headers: HTTPFields = [:]

  /// The sorts of problems.
  enum Code: String, Sendable, CaseIterable {
    case badRequest = "bad-request"
    case unauthorized
    case forbidden
    case notFound = "not-found"
    case wrongMethod = "wrong-method"
    case notAcceptable = "not-acceptable"
    case slow
    case tooLarge = "too-large"
    case unreadablePicture = "unreadable-picture"
    case unknownForeground = "unknown-foreground"
    case full
    case stopping
    case deadline
    case deviceFailure = "device-failure"
    case internalFailure = "internal-failure"
  }

  init(_ status: HTTPResponse.Status, _ code: Code, _ detail: String) {
    (self.status, self.code, self.detail) = (status, code, detail)
  }

  /// The request is wrong: 400.
  static func badRequest(_ detail: String) -> Refusal { Refusal(.badRequest, .badRequest, detail) }

  /// Something is larger than a limit allows: 413.
  static func tooLarge(_ detail: String) -> Refusal { Refusal(.contentTooLarge, .tooLarge, detail) }

  /// The server cannot take the request now: 503.
  ///
  /// - Parameter seconds: when the client may try again.
  static func unavailable(_ code: Code, _ detail: String, retryAfter seconds: Int) -> Refusal {
    var refusal = Refusal(.serviceUnavailable, code, detail)
    refusal.headers[.retryAfter] = "\(seconds)"
    return refusal
  }
}

extension Refusal {
  /// - Parameter seconds: when a client that finds the server full may try again.
  init(_ problem: PictureService.Problem, retryAfter seconds: Int = 1) {
    switch problem {
    case .picture(let line): self.init(.unprocessableContent, .unreadablePicture, line)
    case .tooManyPixels(let limit): self = .tooLarge("the picture has more than \(limit) pixels")
    case .model(let line): self = .badRequest(line)
    case .failure(let line): self = .unavailable(.deviceFailure, line, retryAfter: 5)
    case .internalFailure(let line): self.init(.internalServerError, .internalFailure, line)
    case .serving(let error): self.init(error, retryAfter: seconds)
    }
  }

  /// - Parameter seconds: when a client that finds the server full may try again.
  init(_ error: ServingError, retryAfter seconds: Int = 1) {
    switch error {
    case .full: self = .unavailable(.full, "the server is full; try again later", retryAfter: seconds)
    case .stopping: self = .unavailable(.stopping, "the server is stopping", retryAfter: 5)
    case .deadline: self.init(.gatewayTimeout, .deadline, "the request took longer than the server allows")
    case .cancelled: self.init(.requestTimeout, .slow, "the client has left")
    case .failed(let error): self.init(PictureService.Problem(error))
    }
  }
}

extension Refusal {
  init(_ problem: ConnectionProblem) {
    let code: Code =
      switch problem {
      case .slow: .slow
      case .longHeader, .longTarget: .tooLarge
      case .crowded: .full
      case .malformed, .version, .expectation, .cutOff: .badRequest
      }
    self.init(HTTPResponse.Status(code: problem.status), code, problem.line)
  }

  init(_ problem: RequestPolicy.Problem) {
    let code: Code =
      switch problem {
      case .noHost: .badRequest
      case .foreignHost, .foreignOrigin: .forbidden
      case .noToken: .unauthorized
      }
    self.init(problem.status, code, problem.line)
  }
}

extension Reply {
  /// Adds the headers of a refusal.
  func adding(_ refusal: Refusal) -> Reply {
    var reply = self
    for field in refusal.headers { reply.headers[field.name] = field.value }
    return reply
  }
}
