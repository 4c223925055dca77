/// What is wrong with bytes, before it is known which file they are of.
struct Flaw: Error {
  let kind: CheckpointError.Kind
  let reason: String

  static func damaged(_ reason: String) -> Flaw { Flaw(kind: .damaged, reason: reason) }
  static func unsupported(_ reason: String) -> Flaw { Flaw(kind: .unsupported, reason: reason) }
  static func refused(_ reason: String) -> Flaw { Flaw(kind: .refused, reason: reason) }
}

extension MappedFile {
  /// Calls `body` with every byte; a flaw that it throws is told with this file's name, and with `place`.
  func reading<Result>(_ place: String? = nil, _ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    do {
      return try withUnsafeBytes(body)
    } catch let flaw as Flaw {
      let advice = flaw.kind == .damaged ? "; fetch or convert it again" : ""
      throw CheckpointError(flaw.kind, file: name, place: place, reason: flaw.reason + advice)
    }
  }
}
