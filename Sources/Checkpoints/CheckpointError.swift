internal import Networks

/// Why a file of weights could not be read or written: one line that says where, what, and what to do.
public struct CheckpointError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What sort of failure it is.
  public enum Kind: Hashable, Sendable {
    /// There is no such file.
    case missing
    /// The path names a directory.
    case directory
    /// The file holds no bytes.
    case empty
    /// The system would not let the file be read.
    case unreadable
    /// The system would not let the file be written.
    case unwritable
    /// The bytes are of no format that is read here.
    case unrecognized
    /// The bytes contradict the format: truncated, overwritten, or lying about sizes.
    case damaged
    /// The file is sound and asks for something that is not done here.
    case unsupported
    /// The file asks for something that must not be done, such as calling a function.
    case refused
  }

  /// What sort of failure it is.
  public let kind: Kind
  /// The file's name as it was given.
  public let file: String
  /// The tensor or node, such as `tensor 'conv.weight'`; nil where it is the whole file.
  public let place: String?
  /// What is wrong and what to do.
  public let reason: String

  /// A failure in a file.
  public init(_ kind: Kind, file: String, place: String? = nil, reason: String) {
    self.kind = kind
    self.file = file
    self.place = place
    self.reason = reason
  }

  /// File, place and reason in one line of bounded length.
  public var description: String {
    ([file] + (place.map { [$0] } ?? []) + [reason]).map { $0.singleLine(atMost: 400) }.joined(separator: ": ")
  }
}
