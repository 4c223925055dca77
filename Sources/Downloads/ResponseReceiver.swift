/// What comes in answer to a request, on its way into a part file.
///
/// libcurl calls it within `HTTPTransfer.run`, on the thread that called that.
final class ResponseReceiver {
  private let address: WebAddress
  private let part: PartFile
  private let expected: Int?
  private let report: (DownloadProgress) -> Void
  /// Where in the file the request began.
  private let start: Int
  private var response: HTTPResponse?
  private var isAccepted = false
  private var total: Int?
  /// Whether the server has nothing that the file could be continued with.
  private(set) var hasNoSuchPart = false
  /// Why nothing more was taken.
  private(set) var failure: DownloadError?

  /// - Parameters:
  ///   - part: where the bytes go, from its end on unless the answer is the whole file.
  ///   - expected: the file's size in bytes; nil where it is not known.
  init(from address: WebAddress, into part: PartFile, expected: Int?, report: @escaping (DownloadProgress) -> Void) {
    self.address = address
    self.part = part
    self.expected = expected
    self.report = report
    start = part.byteCount
  }

  static func at(_ pointer: UnsafeMutableRawPointer?) -> ResponseReceiver? {
    pointer.map { Unmanaged<ResponseReceiver>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Whether the transfer should go on.
  var goesOn: Bool {
    if Task.isCancelled { failure = failure ?? .cancelled }
    return failure == nil
  }

  /// A line of the head; each answer on the way, such as a redirect's, has one of its own.
  func take(head line: UnsafeRawBufferPointer) {
    let text = String(decoding: line, as: UTF8.self)
    let trimmed = String(text.prefix { !$0.isNewline })
    if let next = HTTPResponse(statusLine: trimmed) { response = next } else { response?.add(trimmed) }
  }

  /// The next bytes.
  ///
  /// - Returns: false where the transfer should end; `failure` says why.
  func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
    do throws(DownloadError) {
      try accept()
      if let expected, part.byteCount + bytes.count > expected {
        let found = part.byteCount + bytes.count
        try part.startOver()
        throw .size(source: "\(address)", found: found, expected: expected)
      }
      try part.append(bytes)
      report(DownloadProgress(done: part.byteCount, resumed: min(start, part.byteCount), total: total))
    } catch {
      failure = error
    }
    return failure == nil
  }

  /// After the last byte, of which there may have been none.
  func finish() throws(DownloadError) {
    try accept()
    guard part.byteCount == total ?? part.byteCount else {
      throw .transfer(address: address, reason: "it ended after \(part.byteCount) bytes")
    }
  }

  /// Judges the answer by its head, once.
  private func accept() throws(DownloadError) {
    guard !isAccepted else { return }
    guard let response else { throw .transfer(address: address, reason: "it does not answer in HTTP") }
    let offset = try offset(of: response)
    total = response.contentLength.map { offset + $0 } ?? expected
    if let total, let expected, total != expected {
      throw .size(source: "\(address)", found: total, expected: expected)
    }
    if offset != part.byteCount { try part.startOver() }
    if let total { try part.makeRoom(for: total) }
    part.keep(validator: response.validator)
    isAccepted = true
  }

  /// Where in the file an answer's bytes begin.
  private func offset(of response: HTTPResponse) throws(DownloadError) -> Int {
    switch response.status {
    case 200: return 0
    case 206 where start > 0 && response.rangeStart == start: return start
    case 206, 416:
      hasNoSuchPart = true
      throw .transfer(address: address, reason: "it answered with another part than was asked for")
    default: throw .refused(address: address, status: response.status)
    }
  }
}
