import Files
import Foundation
import TestSupport
import Testing
import Caches
import U2Net

private typealias Reply = HTTPServer.Reply

/// Whether this process may mount file systems that nobody else sees.
private let mounts: Bool = {
  let outcome = try? Sandbox().shell("unshare -m mount -t tmpfs tmpfs . && echo yes")
  return outcome?.lines == ["yes"]
}()
/// Whether certificates can be made and served.
private let hasOpenSSL = (try? Sandbox().shell("openssl version"))?.code == 0

/// Disks that are full or read-only, and servers that are not who they say.
@Suite struct StoreDiskTests {
  private let sandbox: Sandbox
  private let file: [UInt8]
  private let server: HTTPServer
  private let pull: String

  init() throws {
    sandbox = try Sandbox()
    file = [UInt8](repeating: 7, count: 300_000)
    server = try HTTPServer { [file] request in
      var reply = Reply(file, tag: "\"1\"", to: request)
      reply.tellsLength = request.target == "/told.onnx"
      return reply
    }
    let digits = SHA256.digest(of: file).hexadecimal
    pull = "\"$U2CL\" models pull big -q --sha256 \(digits) --from"
  }

  private func expectFailure(_ outcome: Sandbox.Outcome, says: String, leaves: String = "0") {
    #expect(outcome.lines == ["5", leaves], "\(outcome.text)\(outcome.errors)")
    let isOneLine = outcome.errors.hasPrefix("u2cl: ") && outcome.errors.count(where: \.isNewline) == 1
    #expect(isOneLine && outcome.errors.contains(says), "\(outcome.errors)")
  }

  /// The exit code, and the number of files that are left.
  private let report = "echo $?; ls -A \"$U2CL_MODELS\" | wc -l"

  /// Writing fails in the middle.
  @Test func aFullDiskLeavesNothing() throws {
    let outcome = try sandbox.shell(
      "trap '' XFSZ; ( ulimit -f 100; \(pull) \(server.address)/untold.onnx ); \(report)")
    expectFailure(outcome, says: "File too large")
  }

  @Test(.enabled(if: mounts, "needs the right to mount"), arguments: ["told", "untold", "a file"])
  func aFullMountLeavesNothing(source: String) throws {
    try sandbox.write(file, to: "big.onnx")
    let address = source == "a file" ? "big.onnx" : "\(server.address)/\(source).onnx"
    let mount = "mount -t tmpfs -o size=128k tmpfs \"$U2CL_MODELS\""
    let outcome = try sandbox.shell("unshare -m bash -c '\(mount) && { \(pull) \(address); \(report); }'")
    expectFailure(outcome, says: source == "untold" ? "No space left on device" : "there is no room: 300000 bytes are")
  }

  @Test(.enabled(if: mounts, "needs the right to mount")) func aReadOnlyStoreIsTold() throws {
    let mount = "mount -t tmpfs -o ro tmpfs \"$U2CL_MODELS\""
    let address = "\(server.address)/told.onnx"
    let outcome = try sandbox.shell("unshare -m bash -c '\(mount) && { \(pull) \(address); \(report); }'")
    expectFailure(outcome, says: "Read-only file system")
    let below = try sandbox.shell(
      "unshare -m bash -c '\(mount) && { export U2CL_MODELS=$U2CL_MODELS/a/b; \(pull) \(address); echo $?; echo 0; }'")
    expectFailure(below, says: "models cannot be kept there (Read-only file system); set U2CL_MODELS")
    #expect(server.requests.isEmpty)
  }

  @Test func aFileInTheWayIsTold() throws {
    try sandbox.write([], to: "file")
    let outcome = try sandbox.shell(
      "export U2CL_MODELS=$PWD/file/models; \(pull) \(server.address)/told.onnx; echo $?; echo 0")
    expectFailure(outcome, says: "/file/models: models cannot be kept there (Not a directory); set U2CL_MODELS")
  }

  /// A certificate that nobody has signed is refused, unless it is named; from HTTPS no redirect leads elsewhere.
  @Test(.enabled(if: hasOpenSSL, "needs openssl")) func certificatesAreVerified() throws {
    try sandbox.write(file, to: "big.onnx")
    let head = "HTTP/1.0 302 Found\r\nLocation: \(server.address)/told.onnx\r\n\r\n"
    try sandbox.write(Array(head.utf8), to: "moved.onnx")
    let outcome = try sandbox.shell(
      """
      openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out certificate -days 1 -subj /CN=127.0.0.1 \
        -addext subjectAltName=IP:127.0.0.1 2>/dev/null
      for kind in WWW HTTP; do
        for try in {1..20}; do
          port=$((20000 + RANDOM % 20000))
          openssl s_server -accept 127.0.0.1:$port -key key -cert certificate -$kind >log 2>&1 & server=$!
          for wait in {1..100}; do
            kill -0 $server 2>/dev/null || continue 2
            (exec 3<>/dev/tcp/127.0.0.1/$port) 2>/dev/null && break 2
            sleep 0.05
          done
        done
        if [ $kind = WWW ]; then
          \(pull) https://127.0.0.1:$port/big.onnx; echo $?
          CURL_CA_BUNDLE=certificate \(pull) https://127.0.0.1:$port/big.onnx >&2; echo $?
          "$U2CL" models remove big >/dev/null
        else
          CURL_CA_BUNDLE=certificate \(pull) https://127.0.0.1:$port/moved.onnx; echo $?
        fi
        kill -9 $server; wait $server 2>/dev/null
      done
      """, environment: ["U2CL_TIMEOUT": "5"])
    #expect(outcome.lines == ["5", "0", "5"], "\(outcome.text)\(outcome.errors)")
    #expect(outcome.errors.contains("certificate") && outcome.errors.contains("big.onnx\n"))
    #expect(outcome.errors.contains("redirects to an address that is not HTTPS") && server.requests.isEmpty)
  }
}
