import Files
import JSON
import Pictures
import U2Net

/// Standard output for results, and standard error for everything else.
enum Console {
  /// Writes a line of the result.
  ///
  /// - Throws: `Failure` if standard output cannot be written, for example because the disk is full.
  static func write(_ line: String) throws(Failure) {
    try write(line: Array(line.utf8))
  }

  /// Writes the path of a result, byte by byte as it is, on a line.
  ///
  /// - Throws: `Failure` if standard output cannot be written.
  static func write(_ path: FilePath) throws(Failure) { try write(line: path.bytes) }

  private static func write(line: [UInt8]) throws(Failure) {
    let start = FileDescriptor.standardOutput.isTerminal ? Array(clear.utf8) : []
    try write(start + line + [UInt8(ascii: "\n")])
  }

  /// Clears the line of the terminal that shows the progress.
  private static let clear = "\r\u{1B}[K"

  /// Writes bytes of the result, such as a picture.
  ///
  /// - Throws: `Failure` if standard output cannot be written.
  static func write(_ bytes: [UInt8]) throws(Failure) {
    do throws(SystemError) { try FileDescriptor.standardOutput.write(bytes) } catch {
      throw Failure(.file, "standard output cannot be written (\(error.reason)); check where it goes")
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
  static func save(_ value: some Encodable, toFileAt path: FilePath) throws(Failure) {
    do { try OutputFile.save(encoded(value) + [UInt8(ascii: "\n")], toFileAt: path) } catch { throw Failure(error) }
  }

  private static func encoded(_ value: some Encodable) throws(Failure) -> [UInt8] {
    do { return try JSON.encode(value, isForPeople: true) } catch { throw Failure(error) }
  }

  /// Writes a line about what went wrong, or about what the user should know.
  static func error(_ message: String) {
    let start = FileDescriptor.standardError.isTerminal ? clear : ""
    // If standard error cannot be written, there is nowhere left to say so.
    try? FileDescriptor.standardError.write(Array("\(start)u2cl: \(ArgumentBytes.readable(message))\n".utf8))
  }

  /// Writes lines of a table to standard error, as they are.
  static func error(table: String) {
    try? FileDescriptor.standardError.write(Array("\(table)\n".utf8))
  }

  /// Writes a line of the terminal that the next line overwrites.
  static func status(_ line: String, endsLine: Bool = false) {
    try? FileDescriptor.standardError.write(Array((endsLine ? "\n" : clear + line).utf8))
  }
}
