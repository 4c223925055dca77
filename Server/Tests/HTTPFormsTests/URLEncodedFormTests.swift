import HTTPForms
import Testing

/// Forms in addresses and small bodies.
@Suite struct URLEncodedFormTests {
  private static func pairs(_ text: String, limits: URLEncodedForm.Limits = .init()) throws -> [[String]] {
    try URLEncodedForm(text.utf8, limits: limits).fields.map { [$0.name, $0.value] }
  }

  @Test(
    arguments: [
      ("", []), ("&&", []), ("a=1&b=2", [["a", "1"], ["b", "2"]]), ("a", [["a", ""]]), ("=1", [["", "1"]]),
      ("a=b=c&a=%3d%3D", [["a", "b=c"], ["a", "=="]]), ("a+b=c%20d%2B", [["a b", "c d+"]]),
      ("caf%C3%A9=%E2%82%AC", [["café", "€"]]),
    ] as [(String, [[String]])])
  func fieldsAreDecoded(form: String, expected: [[String]]) throws { #expect(try Self.pairs(form) == expected) }

  @Test(arguments: ["a=%", "a=%4", "%zz=1", "a=%FF", "%C3=1"]) func malformedFormsAreRefused(_ form: String) {
    let error = #expect(throws: FormError.self) { try Self.pairs(form) }
    #expect(error?.kind == .malformed)
  }

  @Test func limitsHold() throws {
    var limits = URLEncodedForm.Limits()
    (limits.fields, limits.bytes) = (2, 7)
    #expect(try Self.pairs("a=1&b=2", limits: limits).count == 2)
    for form in ["a&b&c", "a=1&b=23"] {
      let error = #expect(throws: FormError.self) { try Self.pairs(form, limits: limits) }
      #expect(error?.kind == .tooLarge)
    }
  }
}
