internal import NIOHTTP1

/// An answer of the connection itself, in the form of RFC 9457. It holds nothing that the client has sent.
struct ProblemAnswer {
  let head: HTTPResponseHead
  let body: [UInt8]

  init(_ problem: ConnectionProblem, isOld: Bool) {
    let status = HTTPResponseStatus(statusCode: problem.status)
    body = Array(
      """
      {"title":"\(status.reasonPhrase)","status":\(problem.status),"detail":"\(problem.line)",\
      "code":"\(problem.code)"}
      """.utf8)
    var headers = HTTPHeaders([
      ("Content-Type", "application/problem+json"), ("Content-Length", "\(body.count)"),
      ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"), ("Connection", "close"),
    ])
    if problem == .crowded { headers.add(name: "Retry-After", value: "1") }
    head = HTTPResponseHead(version: isOld ? .http1_0 : .http1_1, status: status, headers: headers)
  }
}
