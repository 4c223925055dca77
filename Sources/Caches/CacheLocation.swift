public import Host

/// Where the cache is, if there is one.
public enum CacheLocation: Hashable, Sendable {
  /// A folder, which is made when the first entry is stored.
  case folder(String)
  /// The user wants no cache.
  case off
  /// No variable names a folder.
  case nowhere

  /// The environment variable that names the folder; empty or `off` for no cache.
  public static let variable = "U2CL_CACHE"

  /// The location that an environment asks for: `U2CL_CACHE`, or else `u2cl` in `XDG_CACHE_HOME`, or else in
  /// `~/.cache`. Relative paths in the last two do not count, as the XDG Base Directory Specification demands.
  public init(environment: [String: String] = Host.environment) {
    if let own = environment[Self.variable] {
      self = own.isEmpty || own.lowercased() == "off" ? .off : .folder(own)
    } else if let base = Self.base(environment) {
      self = .folder(base + "/u2cl")
    } else {
      self = .nowhere
    }
  }

  /// The folder for the user's caches, of whatever program.
  package static func base(_ environment: [String: String]) -> String? {
    if let folder = environment["XDG_CACHE_HOME"], folder.hasPrefix("/") { return folder }
    if let home = environment["HOME"], home.hasPrefix("/") { return home + "/.cache" }
    return nil
  }
}
