import Dispatch
import Synchronization
import SystemCalls

/// A server on 127.0.0.1 that answers each request as a test wants it, and closes the connection.
final class LocalServer: Sendable {
  /// Sends bytes; false if the client has left.
  typealias Send = ([UInt8]) -> Bool
  /// Answers a request with this first line and these headers.
  typealias Answer = @Sendable (_ head: String, _ send: Send) -> Void

  let port: Int
  private let listener: Int32
  private let heads = Mutex<[String]>([])

  /// The heads of all requests.
  var requests: [String] { heads.withLock { $0 } }

  init(_ answer: @escaping Answer) {
    // A client that leaves is no reason to end the tests.
    signal(SIGPIPE, SIG_IGN)
    listener = socket(AF_INET, streamSocket, 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    port = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        precondition(bind(listener, pointer, length) == 0 && listen(listener, 16) == 0)
        precondition(getsockname(listener, pointer, &length) == 0)
      }
      return Int(UInt16(bigEndian: pointer.pointee.sin_port))
    }
    DispatchQueue(label: "server").async { [self] in
      while case let client = accept(listener, nil, nil), client >= 0 {
        DispatchQueue(label: "client").async { self.serve(client, answer) }
      }
    }
  }

  /// Ends the server.
  func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  private func serve(_ client: Int32, _ answer: Answer) {
    var head: [UInt8] = []
    var byte: UInt8 = 0
    while !head.suffix(4).elementsEqual("\r\n\r\n".utf8), recv(client, &byte, 1, 0) == 1 { head.append(byte) }
    let text = String(decoding: head, as: UTF8.self)
    heads.withLock { $0.append(text) }
    answer(text) { bytes in
      bytes.withUnsafeBytes { bytes in
        guard let start = bytes.baseAddress else { return true }
        var sent = 0
        while sent < bytes.count {
          let count = write(client, start + sent, bytes.count - sent)
          guard count > 0 else { return false }
          sent += count
        }
        return true
      }
    }
    close(client)
  }
}

/// Waits, on a thread of a server.
func pause(_ seconds: Double = 0.1) { usleep(UInt32(seconds * 1_000_000)) }
