/// The name of a request, in its answer and in the log.
public struct RequestID: Hashable, Sendable, CustomStringConvertible {
  /// 1 to 64 letters, digits, dots, hyphens and underscores of ASCII.
  public let description: String

  /// Takes the client's name for a request, if it can be written anywhere, or makes one.
  ///
  /// - Parameter proposal: the client's `X-Request-Id`.
  public init(_ proposal: String? = nil) {
    if let proposal, Self.isPlain(proposal) {
      description = proposal
      return
    }
    let digits = String(UInt64.random(in: .min ... .max), radix: 16)
    description = String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }

  private static func isPlain(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
          || [UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-")].contains(byte)
      }
  }
}
