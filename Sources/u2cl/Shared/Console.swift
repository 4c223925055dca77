import FoundationEssentials
import Glibc
import Pictures
import U2Net

/// Standard output for results, and standard error for everything else.
enum Console {
  /// Writes a line of the result.
  ///
  /// - Throws: `Failure` if standard output cannot be written, for example because the disk is full.
  static func write(_ line: String) throws(Failure) {
    let isOnTerminal = isatty(STDOUT_FILENO) == 1
    try write(Array(((isOnTerminal ? clear : "") + line + "\n").utf8))
  }

  /// Clears the line of the terminal that shows the progress.
  private static let clear = "\r\u{1B}[K"

  /// Writes bytes of the result, such as a picture.
  ///
  /// - Throws: `Failure` if standard output cannot be written.
  static func write(_ bytes: [UInt8]) throws(Failure) {
    if let code = send(bytes, to: STDOUT_FILENO) {
      let reason = String(cString: strerror(code))
      throw Failure(.file, "standard output cannot be written (\(reason)); check where it goes")
    }
  }

  /// Writes a value as JSON; numbers that are not finite become strings.
  ///
  /// - Throws: `Failure` if standard output cannot be written.
  static func json(_ value: some Encodable) throws(Failure) {
    try write(String(decoding: encoded(value), as: UTF8.self))
  }

  /// Writes a value as JSON into a file, completely or not at all.
  ///
  /// - Throws: `Failure` if the file cannot be written.
  static func save(_ value: some Encodable, toFileAt path: String) throws(Failure) {
    do { try OutputFile.save(encoded(value) + [UInt8(ascii: "\n")], toFileAt: path) } catch { throw Failure(error) }
  }

  private static func encoded(_ value: some Encodable) throws(Failure) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do { return Array(try encoder.encode(value)) } catch { throw Failure(error) }
  }

  /// Writes a line about what went wrong, or about what the user should know.
  static func error(_ message: String) {
    let isOnTerminal = isatty(STDERR_FILENO) == 1
    // If standard error cannot be written, there is nowhere left to say so.
    _ = send(Array("\(isOnTerminal ? clear : "")u2cl: \(message)\n".utf8), to: STDERR_FILENO)
  }

  /// Writes a line of the terminal that the next line overwrites.
  static func status(_ line: String, endsLine: Bool = false) {
    _ = send(Array((endsLine ? "\n" : clear + line).utf8), to: STDERR_FILENO)
  }

  /// - Returns: the system's error number; nil if every byte was written.
  private static func send(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { all in
        Glibc.write(descriptor, all.baseAddress?.advanced(by: sent), all.count - sent)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return errno }
      sent += count
    }
    return nil
  }
}
