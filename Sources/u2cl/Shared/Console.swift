import FoundationEssentials
import Glibc
import U2Net

/// Results go to standard output, everything else to standard error.
enum Console {
  /// A result: a line.
  ///
  /// - Throws: `Failure` where standard output does not take it, such as a full disk.
  static func write(_ line: String) throws(Failure) {
    let isOnTerminal = isatty(STDOUT_FILENO) == 1
    try write(Array(((isOnTerminal ? clear : "") + line + "\n").utf8))
  }

  /// Wipes what the terminal's line shows of the progress.
  private static let clear = "\r\u{1B}[K"

  /// A result: bytes, such as a picture in a pipe.
  ///
  /// - Throws: `Failure` where standard output does not take them all.
  static func write(_ bytes: [UInt8]) throws(Failure) {
    if let code = send(bytes, to: STDOUT_FILENO) {
      let reason = String(cString: strerror(code))
      throw Failure(.file, "standard output cannot be written (\(reason)); check where it goes")
    }
  }

  /// A value for programs; what is not finite is a string.
  static func json(_ value: some Encodable) throws(Failure) {
    try write(String(decoding: encoded(value), as: UTF8.self))
  }

  /// A value for programs, into a file: whole or not at all.
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

  /// What went wrong, or what the user should know.
  static func error(_ message: String) {
    let isOnTerminal = isatty(STDERR_FILENO) == 1
    // Where standard error takes nothing there is nowhere left to say so.
    _ = send(Array("\(isOnTerminal ? clear : "")u2cl: \(message)\n".utf8), to: STDERR_FILENO)
  }

  /// A line of the terminal that the next one is drawn over.
  static func status(_ line: String, endsLine: Bool = false) {
    _ = send(Array((endsLine ? "\n" : clear + line).utf8), to: STDERR_FILENO)
  }

  /// - Returns: the system's reason where not everything was taken.
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

/// Numbers as people read them.
enum Format {
  /// Seconds as milliseconds, such as `12.3 ms`.
  static func milliseconds(_ seconds: Double) -> String { "\(fixed(seconds * 1000, 1)) ms" }

  /// Multiply-accumulates, such as `19.76 GMAC`.
  static func gigaMACs(_ count: Int) -> String { "\(fixed(Double(count) * 1e-9, 2)) GMAC" }

  /// Seconds as minutes and seconds, such as `2:05`.
  static func minutes(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "\(seconds) s" }
    let whole = Int(seconds.rounded(.up))
    return "\(whole / 60):\(whole % 60 < 10 ? "0" : "")\(whole % 60)"
  }

  /// So many digits behind the point.
  static func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
    let unit = (0..<digits).reduce(1) { product, _ in product * 10 }
    let scaled = Int((abs(value) * Double(unit)).rounded())
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard digits > 0 else { return "\(sign)\(scaled)" }
    let fraction = String(scaled % unit)
    return "\(sign)\(scaled / unit).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
  }

  /// Such as `1.2e-6`.
  static func scientific(_ value: Double) -> String {
    guard value > 0, value.isFinite else { return value == 0 ? "0" : "\(value)" }
    var exponent = 0
    var mantissa = value
    while mantissa >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    while mantissa < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    if mantissa >= 9.95 { (mantissa, exponent) = (1, exponent + 1) }
    return "\(fixed(mantissa, 1))e\(exponent)"
  }

  /// Columns, padded to their widest cell; the first row is the head.
  static func table(_ rows: [[String]]) -> String {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in rows.map { $0.dropFirst(column).first?.count ?? 0 }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
      }
      return cells.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}
