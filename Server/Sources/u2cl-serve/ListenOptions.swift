import ArgumentParser
import HummingbirdCore
import NIOCore
import RequestGuard
import SystemCalls

/// Where the server listens, and who may ask.
struct ListenOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Address to listen on. One that other machines reach, such as 0.0.0.0, needs a token, or --no-token.",
      valueName: "address"))
  var bind = "127.0.0.1"

  @Option(help: "Port to listen on, 0 for any that is free.")
  var port = 7000

  @Option(help: ArgumentHelp("Unix socket to listen on in place of the port.", valueName: "path"))
  var socket: String?

  @Option(
    help: ArgumentHelp(
      """
      Name by which clients may call the server, as in https://NAME/, beside localhost and the address; may be given \
      several times; * allows every name.
      """, valueName: "name"))
  var hostName: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      Origin of pages of other sites that may use the server, as https://example.org; may be given several times; \
      * allows every page.
      """, valueName: "origin"))
  var allowOrigin: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      File with the tokens that clients must send, one a line, of 16 to 1024 characters. Without a file, \
      the variable U2CL_TOKEN may hold them.
      """, valueName: "file"))
  var tokenFile: String?

  @Flag(help: "Answer everybody, on any address.")
  var noToken = false

  func validate() throws {
    try checkRange("--port", port, 0...65535)
    for origin in allowOrigin where !OriginRule.isOrigin(origin) {
      throw ValidationError("--allow-origin takes scheme and host, as https://example.org, without a path")
    }
    for name in hostName where name != "*" && !HostRule(.address("localhost"), names: [name]).allows(name) {
      throw ValidationError("--host-name takes a name without scheme, port and path, as cut.example.org")
    }
    if noToken && tokenFile != nil { throw ValidationError("--no-token and --token-file exclude each other") }
  }

  /// Where the server listens.
  var address: BindAddress { socket.map { .unixDomainSocket(path: $0) } ?? .hostname(bind, port: port) }

  /// Who may ask.
  ///
  /// - Throws: `ValidationError` if the tokens cannot be read, or if one is needed.
  func policy() throws -> RequestPolicy {
    let tokens = try tokens()
    if socket == nil, !isLoopback(bind), tokens.isOpen, !noToken {
      throw ValidationError(
        "other machines reach --bind \(bind): name a --token-file, set U2CL_TOKEN, or say --no-token")
    }
    let listening: HostRule.Listening = socket == nil ? .address(bind) : .unixSocket
    return RequestPolicy(HostRule(listening, names: hostName), OriginRule(allowOrigin), tokens)
  }

  /// Why the server cannot listen.
  func explanation(of error: IOError) -> String {
    let place = socket.map { "--socket \($0)" } ?? "--bind \(bind), --port \(port)"
    let reason = String(cString: strerror(error.errnoCode))
    return "\(place): the server cannot listen there: \(reason)"
  }

  private func tokens() throws -> TokenRule {
    if noToken { return TokenRule() }
    if let tokenFile {
      guard let bytes = Self.bytes(ofFileAt: tokenFile) else {
        throw ValidationError("--token-file: '\(tokenFile)' cannot be read, or has more than 64 KiB")
      }
      do throws(TokenRule.TokenError) { return try TokenRule(bytes) } catch {
        throw ValidationError("--token-file: \(error.description)")
      }
    }
    guard let variable = getenv("U2CL_TOKEN") else { return TokenRule() }
    do throws(TokenRule.TokenError) { return try TokenRule(String(cString: variable).utf8) } catch {
      throw ValidationError("U2CL_TOKEN: \(error.description)")
    }
  }

  /// The bytes of a small file; nil if it cannot be read.
  private static func bytes(ofFileAt path: String) -> [UInt8]? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 64 << 10 + 1)
    let count = fread(&bytes, 1, bytes.count, file)
    guard ferror(file) == 0, count < bytes.count else { return nil }
    return Array(bytes[..<count])
  }
}

/// Checks that the value of an option lies within its range.
///
/// - Throws: `ValidationError` that names the range.
func checkRange(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws {
  guard !range.contains(value) else { return }
  throw ValidationError("\(name) goes from \(range.lowerBound) to \(range.upperBound)")
}
