/// What is wrong with bytes, before it is known which file they are of.
struct FormatError: Error {
  let kind: CheckpointError.Kind
  let reason: String

  static func damaged(_ reason: String) -> FormatError { FormatError(kind: .damaged, reason: reason) }
  static func unsupported(_ reason: String) -> FormatError { FormatError(kind: .unsupported, reason: reason) }
  static func refused(_ reason: String) -> FormatError { FormatError(kind: .refused, reason: reason) }
}

extension MappedFile {
  /// Calls `body` with every byte; a flaw that it throws is told with this file's name, and with `place`.
  func reading<Result>(_ place: String? = nil, _ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    do {
      return try withUnsafeBytes(body)
    } catch let flaw as FormatError {
      let advice = flaw.kind == .damaged ? "; fetch or convert it again" : ""
      throw CheckpointError(flaw.kind, file: name, place: place, reason: flaw.reason + advice)
    }
  }
}
