/// A form in `application/x-www-form-urlencoded`, in a body or in the query of an address.
public struct URLEncodedForm: Hashable, Sendable {
  /// The limits of a form.
  public struct Limits: Hashable, Sendable {
    /// The largest number of fields.
    public var fields = 64
    /// The largest number of bytes, before they are decoded.
    public var bytes = 64 << 10

    /// Creates limits that suit a few options.
    public init() {}
  }

  /// A field of a form.
  public struct Field: Hashable, Sendable {
    /// The name.
    public let name: String
    /// The value; empty if the field has no equals sign.
    public let value: String
  }

  /// The fields in their order; names may repeat.
  public let fields: [Field]

  /// Reads a form.
  ///
  /// A percent sign that begins no encoded byte is refused. Browsers' own readers keep it, but they never write it.
  /// - Throws: `FormError` if the form is malformed, not UTF-8, or exceeds a limit.
  public init(_ bytes: some Collection<UInt8>, limits: Limits = Limits()) throws(FormError) {
    guard bytes.count <= limits.bytes else { throw .tooLarge("the form has more than \(limits.bytes) bytes") }
    var fields: [Field] = []
    for field in bytes.split(separator: UInt8(ascii: "&")) {
      guard fields.count < limits.fields else { throw .tooLarge("the form has more than \(limits.fields) fields") }
      let sides = field.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      let value = try sides.count == 2 ? Self.text(sides[1]) : ""
      fields.append(Field(name: try Self.text(sides[0]), value: value))
    }
    self.fields = fields
  }

  private static func text(_ bytes: some Collection<UInt8>) throws(FormError) -> String {
    guard let decoded = Percent.decoded(bytes, plusIsSpace: true) else {
      throw .malformed("a field of the form is not percent-encoded")
    }
    guard let text = String(validating: decoded, as: UTF8.self) else {
      throw .malformed("a field of the form is not UTF-8")
    }
    return text
  }
}
