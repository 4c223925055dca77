/// A model that is installed, built in, or could be pulled.
public struct StoredModel: Hashable, Sendable, Codable {
  /// Where it is.
  public enum State: String, Hashable, Sendable, Codable {
    /// Part of u2cl.
    case builtIn
    /// In one of the store's folders.
    case installed
    /// Neither; it can be pulled.
    case absent
  }

  /// What it is asked for by.
  public let name: String
  /// Where it is.
  public let state: State
  /// Its file; nil where it has none here.
  public let path: String?
  /// The size of the file, in bytes: of the one here, or else of the one that is published.
  public let byteCount: Int?
  /// The licence of its weights; nil for files of the user's own.
  public let licence: String?
  /// What it is for; nil for files of the user's own.
  public let purpose: String?
  /// How much of it an interrupted pull has left, in bytes.
  public let leftover: Int
}
