internal import CCurl

/// One GET request through libcurl, which follows redirects, honours the proxies that the environment names
/// (http_proxy, https_proxy, all_proxy, no_proxy) and verifies certificates.
struct HTTPTransfer {
  let address: WebAddress
  /// The first byte that is asked for.
  var start = 0
  /// The part is asked for only if the file is still the one that this tells; otherwise the whole.
  var validator: String?
  var limits = TransferLimits()

  /// Runs it: the head of the answer goes to `reception` first, then its bytes.
  func run(into reception: ResponseReceiver) throws(DownloadError) {
    guard let curl = Curl() else { throw .noLibrary }
    configure(curl)
    let outcome = curl.run(into: reception, header: start > 0 ? validator.map { "If-Range: \($0)" } : nil)
    if let failure = reception.failure { throw failure }
    guard outcome.code == CURLE_OK else {
      throw .transfer(address: address, reason: reason(outcome.code, outcome.message))
    }
    try reception.finish()
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

  /// What people read.
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
