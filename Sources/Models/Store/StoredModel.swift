/// A model that is built in, installed, or can be pulled.
public struct StoredModel: Hashable, Sendable, Codable {
  /// Where a model is.
  public enum State: String, Hashable, Sendable, Codable {
    /// The model is part of u2cl.
    case builtIn
    /// The model is in one of the store's folders.
    case installed
    /// The model can be pulled.
    case absent
  }

  /// The name of the model.
  public let name: String
  /// Where the model is.
  public let state: State
  /// The path of the file; nil unless the model is installed.
  public let path: String?
  /// The size in bytes of the installed file, or else of the published one; nil if it is not known.
  public let byteCount: Int?
  /// The licence of the weights; nil for the user's own files.
  public let licence: String?
  /// The purpose of the model; nil for the user's own files.
  public let purpose: String?
  /// The number of bytes that an interrupted pull has left.
  public let leftover: Int
}
