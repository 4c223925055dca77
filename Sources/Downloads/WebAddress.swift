/// An `https://` or `http://` address.
public struct WebAddress: Hashable, Sendable {
  /// As it was given.
  let text: String
  /// Whether what comes from there cannot be read or changed on the way.
  let isSecure: Bool
  /// What follows `://`.
  private let rest: Substring

  /// - Returns: nil where it is no such address.
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

  /// With more at its end.
  func appending(_ name: String) -> WebAddress { WebAddress(text + name) ?? self }
}

extension WebAddress: CustomStringConvertible {
  /// As messages show it: without a user's name and password.
  public var description: String {
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    guard let at = authority.lastIndex(of: "@") else { return text }
    return "\(isSecure ? "https" : "http")://\(rest[rest.index(after: at)...])"
  }
}
