/// An `https://` or `http://` address.
public struct WebAddress: Hashable, Sendable {
  /// The address as it was given.
  let text: String
  /// Whether nobody on the way can read or change the transfer (HTTPS).
  let isSecure: Bool
  /// What follows `://`.
  private let rest: Substring

  /// An address; nil if the text is not one.
  init?(_ text: String) {
    let scheme = text.prefix { $0 != ":" }
    rest = text.dropFirst(scheme.count + 3)
    guard text.dropFirst(scheme.count).hasPrefix("://"), rest.first.map({ $0 != "/" }) ?? false else { return nil }
    switch scheme.lowercased() {
    case "https": isSecure = true
    case "http": isSecure = false
    default: return nil
    }
    self.text = text
  }

  /// The address with `name` appended.
  func appending(_ name: String) -> WebAddress { WebAddress(text + name) ?? self }
}

extension WebAddress: CustomStringConvertible {
  /// The address for messages: without a user name and password.
  public var description: String {
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    guard let at = authority.lastIndex(of: "@") else { return text }
    return "\(isSecure ? "https" : "http")://\(rest[rest.index(after: at)...])"
  }
}
