internal import CCurl

/// One GET request by libcurl, which follows redirects, uses the proxies that the environment names (`http_proxy`,
/// `https_proxy`, `all_proxy`, `no_proxy`) and verifies certificates.
struct HTTPTransfer {
  let address: WebAddress
  /// The first byte to request.
  var start = 0
  /// The version of the file that the first bytes came from; if the server has another one, it sends the whole file.
  var validator: String?
  var limits = TransferLimits()

  /// Runs the request. The head of the response goes to `receiver` first, then its bytes.
  func run(into receiver: ResponseReceiver) throws(DownloadError) {
    guard let curl = Curl() else { throw .noLibrary }
    configure(curl)
    let outcome = curl.run(into: receiver, header: start > 0 ? validator.map { "If-Range: \($0)" } : nil)
    if let failure = receiver.failure { throw failure }
    guard outcome.code == CURLE_OK else {
      throw .transfer(address: address, reason: reason(outcome.code, outcome.message))
    }
    try receiver.finish()
  }

  private func configure(_ curl: borrowing Curl) {
    curl.set(CURLOPT_URL, address.text)
    curl.set(CURLOPT_USERAGENT, "u2cl")
    curl.set(CURLOPT_FOLLOWLOCATION, 1)
    curl.set(CURLOPT_MAXREDIRS, 10)
    curl.allow(http: !address.isSecure)
    curl.set(CURLOPT_CONNECTTIMEOUT, limits.connectSeconds)
    curl.set(CURLOPT_LOW_SPEED_LIMIT, limits.stallBytes)
    curl.set(CURLOPT_LOW_SPEED_TIME, limits.stallSeconds)
    if let certificates = limits.certificates { curl.set(CURLOPT_CAINFO, certificates) }
    if start > 0 { curl.set(CURLOPT_RANGE, "\(start)-") }
  }

  /// The reason of a failure, for a message.
  private func reason(_ code: CURLcode, _ message: String) -> String {
    switch code {
    case CURLE_UNSUPPORTED_PROTOCOL where address.isSecure:
      "it redirects to an address that is not HTTPS, which is refused"
    case CURLE_OPERATION_TIMEDOUT where message.contains("slow"):
      "it stalled: fewer than \(limits.stallBytes) bytes a second for \(limits.stallSeconds) s"
    default: message.hasSuffix(".") ? String(message.dropLast()) : message
    }
  }
}
