/// What is wrong with bytes, thrown by readers that do not know which file the bytes come from.
struct FormatError: Error {
  let kind: CheckpointError.Kind
  /// What is wrong and, unless the bytes are damaged, what to do.
  let reason: String

  /// The bytes contradict the format.
  static func damaged(_ reason: String) -> FormatError { FormatError(kind: .damaged, reason: reason) }
  /// The bytes are valid but need something that is not supported.
  static func unsupported(_ reason: String) -> FormatError { FormatError(kind: .unsupported, reason: reason) }
  /// The bytes ask for something unsafe.
  static func refused(_ reason: String) -> FormatError { FormatError(kind: .refused, reason: reason) }

  /// The same as an error that names the file.
  func inFile(_ name: String, place: String?) -> CheckpointError {
    let advice = kind == .damaged ? "; fetch or convert it again" : ""
    return CheckpointError(kind, file: name, place: place, reason: reason + advice)
  }
}

extension MappedFile {
  /// Calls `body` with every byte. A `FormatError` that it throws becomes a `CheckpointError` with this file's name.
  ///
  /// - Parameter place: the tensor or node that is being read.
  func reading<Result>(_ place: String? = nil, _ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    do { return try withUnsafeBytes(body) } catch let error as FormatError {
      throw error.inFile(name, place: place)
    }
  }
}
