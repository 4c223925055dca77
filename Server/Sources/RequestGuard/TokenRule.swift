public import HTTPTypes

/// The tokens that open the server.
public struct TokenRule: Sendable {
  /// Why tokens cannot be used. Holds nothing of the tokens.
  public struct TokenError: Error, Equatable, CustomStringConvertible {
    /// One line for people.
    public let description: String
  }

  /// The fewest and the most bytes of a token.
  public static let lengths = 16...1024

  private let tokens: [[UInt8]]

  /// A rule without tokens: everybody may ask.
  public init() { tokens = [] }

  /// Creates a rule.
  ///
  /// - Parameter text: tokens, one a line. Empty lines, and lines that begin with `#`, are skipped.
  /// - Throws: `TokenError` if there is no token, or if one cannot be sent in a header.
  public init(_ text: some Sequence<UInt8>) throws(TokenError) {
    var tokens: [[UInt8]] = []
    for (index, line) in Array(text).split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      var token = line[...]
      while let last = token.last, [0x20, 0x09, 0x0D].contains(last) { token = token.dropLast() }
      while let first = token.first, [0x20, 0x09].contains(first) { token = token.dropFirst() }
      if token.isEmpty || token.first == UInt8(ascii: "#") { continue }
      guard token.allSatisfy({ (0x21...0x7E).contains($0) }) else {
        throw TokenError(description: "line \(index + 1): a token has letters, digits and signs of ASCII only")
      }
      guard Self.lengths.contains(token.count) else {
        throw TokenError(
          description: "line \(index + 1): a token has \(Self.lengths.lowerBound) to \(Self.lengths.upperBound) bytes")
      }
      tokens.append(Array(token))
    }
    guard !tokens.isEmpty else { throw TokenError(description: "there is no token") }
    self.tokens = tokens
  }

  /// Whether there are no tokens.
  public var isOpen: Bool { tokens.isEmpty }

  /// Whether a request holds one of the tokens, in `Authorization: Bearer` or in `X-Api-Key`.
  public func allows(_ fields: HTTPFields) -> Bool {
    if isOpen { return true }
    var isKnown = false
    if let field = fields[.authorization], let token = Self.bearer(field) { isKnown = knows(token) }
    if let token = fields[.apiKey] { isKnown = knows(token.utf8) || isKnown }
    return isKnown
  }

  private static func bearer(_ field: String) -> Substring.UTF8View? {
    let scheme = field.utf8.prefix(7)
    guard String(scheme)?.lowercased() == "bearer " else { return nil }
    return field[scheme.endIndex...].drop { $0 == " " }.utf8
  }

  /// Compares with every token, and every byte, so that the time tells nothing about the tokens.
  private func knows(_ candidate: some Sequence<UInt8>) -> Bool {
    let candidate = Array(candidate)
    guard candidate.count <= Self.lengths.upperBound else { return false }
    var known: UInt8 = 0
    for token in tokens {
      var difference = UInt(bitPattern: token.count ^ candidate.count)
      for (index, byte) in candidate.enumerated() { difference |= UInt(byte ^ token[index % token.count]) }
      known |= difference == 0 ? 1 : 0
    }
    return known != 0
  }
}
