internal import CCurl

/// A transfer of libcurl.
struct Curl: ~Copyable {
  private let calls: OpaquePointer
  private let handle: UnsafeMutableRawPointer

  /// A transfer that is not configured yet. The first one opens the library; nil if it is not installed.
  init?() {
    guard let calls = u2cl_curl_open(), let handle = u2cl_curl_start(calls) else { return nil }
    self.calls = calls
    self.handle = handle
  }

  deinit { u2cl_curl_end(calls, handle) }

  func set(_ option: CURLoption, _ value: Int) { u2cl_curl_set_number(calls, handle, option, value) }

  func set(_ option: CURLoption, _ value: String) { u2cl_curl_set_text(calls, handle, option, value) }

  /// Allows HTTPS and, if `http` is true, plain HTTP, for the first request and after a redirect.
  func allow(http: Bool) {
    u2cl_curl_set_schemes(calls, handle, Int(http ? CURLPROTO_HTTP | CURLPROTO_HTTPS : CURLPROTO_HTTPS))
  }

  /// Runs the transfer.
  ///
  /// - Parameters:
  ///   - receiver: takes the response.
  ///   - header: an additional line for the request's head.
  /// - Returns: libcurl's code and its message.
  func run(into receiver: ResponseReceiver, header: String?) -> (code: CURLcode, message: String) {
    let list = header.flatMap { u2cl_curl_list_append(calls, nil, $0) }
    defer { if let list { u2cl_curl_list_free(calls, list) } }
    if let list { u2cl_curl_set_headers(calls, handle, list) }
    connect(to: receiver)
    var text = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
    let code = text.withUnsafeMutableBufferPointer { text in
      u2cl_curl_set_pointer(calls, handle, CURLOPT_ERRORBUFFER, text.baseAddress)
      defer { u2cl_curl_set_pointer(calls, handle, CURLOPT_ERRORBUFFER, nil) }
      return u2cl_curl_perform(calls, handle)
    }
    let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    let message =
      bytes.isEmpty ? String(cString: u2cl_curl_explanation(calls, code)) : String(decoding: bytes, as: UTF8.self)
    return (code, message)
  }

  /// Has libcurl call the receiver, which must outlive the transfer.
  private func connect(to receiver: ResponseReceiver) {
    let receiver = Unmanaged.passUnretained(receiver).toOpaque()
    for option in [CURLOPT_HEADERDATA, CURLOPT_WRITEDATA, CURLOPT_XFERINFODATA] {
      u2cl_curl_set_pointer(calls, handle, option, receiver)
    }
    u2cl_curl_set_data_callback(calls, handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, receiver in
      ResponseReceiver.at(receiver)?.take(head: UnsafeRawBufferPointer(start: bytes, count: size * count))
      return size * count
    }
    u2cl_curl_set_data_callback(calls, handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, receiver in
      let bytes = UnsafeRawBufferPointer(start: bytes, count: size * count)
      // libcurl takes any other number than it offered for an error.
      return ResponseReceiver.at(receiver)?.take(bytes) ?? false ? bytes.count : 0
    }
    u2cl_curl_set_progress_callback(calls, handle) { receiver, _, _, _, _ in
      ResponseReceiver.at(receiver)?.goesOn ?? false ? 0 : 1
    }
    set(CURLOPT_NOPROGRESS, 0)
  }
}
