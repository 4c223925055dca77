/// Takes a response and writes its bytes into a part file.
///
/// libcurl calls the receiver within `HTTPTransfer.run`, on the same thread.
final class ResponseReceiver {
  private let address: WebAddress
  private let part: PartFile
  private let expected: Int?
  private let report: (DownloadProgress) -> Void
  /// The first byte of the file that was requested.
  private let start: Int
  private var response: HTTPResponse?
  private var isAccepted = false
  private var total: Int?
  /// Whether the server cannot send the rest of the file.
  private(set) var hasNoSuchPart = false
  /// Why the receiver stopped the transfer; nil if it did not.
  private(set) var failure: DownloadError?

  /// - Parameters:
  ///   - part: takes the bytes, appended to those it has unless the response is the whole file.
  ///   - expected: the file's size in bytes; nil if it is not known.
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

  /// Takes a line of a head. Every response on the way, such as a redirect, has a head of its own.
  func take(head line: UnsafeRawBufferPointer) {
    let text = String(decoding: line, as: UTF8.self)
    let trimmed = String(text.prefix { !$0.isNewline })
    if let next = HTTPResponse(statusLine: trimmed) { response = next } else { response?.add(trimmed) }
  }

  /// Takes the next bytes.
  ///
  /// - Returns: false if the transfer should end; `failure` says why.
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

  /// Checks that the response is complete. Called after the last byte, or after none.
  func finish() throws(DownloadError) {
    try accept()
    guard part.byteCount == total ?? part.byteCount else {
      throw .transfer(address: address, reason: "it ended after \(part.byteCount) bytes")
    }
  }

  /// Checks the head of the response, once.
  private func accept() throws(DownloadError) {
    guard !isAccepted else { return }
    guard let response else { throw .transfer(address: address, reason: "its answer is not HTTP") }
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

  /// The position in the file of the response's first byte.
  private func offset(of response: HTTPResponse) throws(DownloadError) -> Int {
    switch response.status {
    case 200: return 0
    case 206 where start > 0 && response.rangeStart == start: return start
    case 206, 416:
      hasNoSuchPart = true
      throw .transfer(address: address, reason: "it sent another part of the file than the one requested")
    default: throw .refused(address: address, status: response.status)
    }
  }
}
