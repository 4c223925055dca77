public import FoundationEssentials

/// Where the cache lies, if anywhere.
public enum CacheLocation: Hashable, Sendable {
  /// A folder, which is made when something is first stored.
  case folder(String)
  /// The user wants none.
  case off
  /// There is no place for one: no variable names a folder.
  case nowhere

  /// The variable that names the folder; empty or `off` for no cache.
  public static let variable = "U2CL_CACHE"

  /// What an environment asks for: `U2CL_CACHE`, else `u2cl` in `XDG_CACHE_HOME`, else in `~/.cache`. As the XDG Base
  /// Directory Specification wants it, what is not absolute there does not count.
  public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    if let own = environment[Self.variable] {
      self = own.isEmpty || own.lowercased() == "off" ? .off : .folder(own)
    } else if let base = Self.base(environment) {
      self = .folder(base + "/u2cl")
    } else {
      self = .nowhere
    }
  }

  /// The user's folder of caches.
  package static func base(_ environment: [String: String]) -> String? {
    if let folder = environment["XDG_CACHE_HOME"], folder.hasPrefix("/") { return folder }
    if let home = environment["HOME"], home.hasPrefix("/") { return home + "/.cache" }
    return nil
  }
}
