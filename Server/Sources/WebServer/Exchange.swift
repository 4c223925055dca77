internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore
internal import PictureService
internal import Serving

/// A request on its way to its answer.
package struct Exchange: Sendable {
  /// The head of the request.
  let head: HTTPRequest
  /// The body, which is read once.
  let body: RequestReader
  /// What stands for the names in the template of the route, still percent-encoded.
  let parameters: [String]
  /// The query of the address, without the question mark, still percent-encoded.
  let query: String
  /// The connection.
  let channel: any Channel
  /// When the answer is no longer wanted.
  let deadline: ContinuousClock.Instant
  /// What the request is answered with.
  let server: WebServer

  /// Admits the request before its body is read. The body's bytes are claimed as they arrive.
  ///
  /// - Returns: the place, which the server gives back once the answer is written.
  /// - Throws: `Refusal` if the server is full or stopping.
  func place() throws(Refusal) -> Admission.Place {
    do throws(ServingError) {
      let place = try server.service.admission.enter()
      body.claimBytes(in: place)
      return place
    } catch {
      throw Refusal(error, retryAfter: server.service.retryAfter)
    }
  }

  /// Makes a result of an uploaded picture, within the limits; ends early if the client leaves.
  ///
  /// - Parameters:
  ///   - rules: which fields of the form are files.
  ///   - order: what is to be made of the form.
  /// - Returns: the result, and what had been ordered.
  /// - Throws: `Refusal`, or an error of the connection.
  func answer(
    _ rules: FormRules, _ order: @escaping @Sendable (Form) throws -> PictureOrder
  ) async throws -> (answer: PictureService.Answer, order: PictureOrder) {
    try await work(rules) { form, place in
      let order = try order(form)
      return (try await result(of: order, in: place), order)
    }
  }

  /// Makes the result of an order.
  ///
  /// - Throws: `Refusal` if there is none.
  func result(of order: PictureOrder, in place: Admission.Place) async throws(Refusal) -> PictureService.Answer {
    let answer = try await step { service throws(PictureService.Problem) in
      try await service.answer(to: order.picture, order.options, in: place, by: deadline)
    }
    server.metrics.observe(answer)
    return answer
  }
}

/// A picture, and what is to be made of it.
struct PictureOrder: Sendable {
  /// The encoded picture.
  var picture: [UInt8]
  /// What is to be made.
  var options: ResultOptions
  /// Whether the result is sent within JSON.
  var isJSON: Bool
}
