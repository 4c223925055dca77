/// What the headers of a part of a multipart form say.
public struct FormPart: Hashable, Sendable {
  /// The name of the field.
  public let name: String
  /// The name of the file, as the client has sent it; nil for a field without a file.
  ///
  /// Trap: the name may be a path, and may hold `..` and control characters. Use it as a label and never as a path.
  public let fileName: String?
  /// The media type in lower case, without parameters; nil if the part states none.
  public let mediaType: String?

  /// Reads the lines of a part's headers, without their line breaks.
  init(headers lines: [[UInt8]]) throws(FormError) {
    var values: [String: HeaderValue] = [:]
    for line in lines {
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0,
        line[..<colon].allSatisfy(HeaderBytes.isToken)
      else { throw .malformed("a part of the form has a header without a name") }
      guard line[colon...].allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == UInt8(ascii: "\t") }) else {
        throw .malformed("a header of the form holds control characters")
      }
      let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
      guard Self.headers.contains(name) else { continue }
      guard values.updateValue(try HeaderValue(line[(colon + 1)...]), forKey: name) == nil else {
        throw .malformed("a part of the form has the same header twice")
      }
    }
    guard let disposition = values["content-disposition"], disposition.word == "form-data" else {
      throw .malformed("a part of the form has no Content-Disposition: form-data")
    }
    guard let name = try disposition.text("name") else { throw .malformed("a part of the form has no name") }
    let encoding = values["content-transfer-encoding"]?.word ?? "binary"
    guard ["binary", "8bit", "7bit"].contains(encoding) else {
      throw .malformed("a part of the form has a Content-Transfer-Encoding; send its bytes as they are")
    }
    self.name = name
    fileName = try disposition.extendedText("filename")
    mediaType = values["content-type"]?.word
  }

  /// The headers that matter; the others are skipped.
  private static let headers: Set = ["content-disposition", "content-transfer-encoding", "content-type"]
}
