/// Why a form in a request cannot be read.
public struct FormError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The sort of problem, which decides the status of the answer.
  public enum Kind: Hashable, Sendable {
    /// The bytes do not follow the format: 400.
    case malformed
    /// Something is longer, or there is more of it, than a limit allows: 413.
    case tooLarge
  }

  /// The sort of problem.
  public let kind: Kind
  /// What is wrong, in one line of printable ASCII; holds nothing that the client has sent.
  public let description: String

  static func malformed(_ description: String) -> FormError { FormError(kind: .malformed, description: description) }
  static func tooLarge(_ description: String) -> FormError { FormError(kind: .tooLarge, description: description) }
}
