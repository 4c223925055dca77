internal import Files

/// Why a file of weights could not be read or written, on one line: where, what, and what to do.
public struct CheckpointError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kinds of failures.
  public enum Kind: Hashable, Sendable {
    /// There is no such file.
    case missing
    /// The path is that of a folder.
    case directory
    /// The file is empty.
    case empty
    /// The system cannot read the file.
    case unreadable
    /// The system cannot write the file.
    case unwritable
    /// The format is not one that can be read.
    case unrecognized
    /// The bytes contradict the format: they are truncated, overwritten, or state wrong sizes.
    case damaged
    /// The file is valid but needs something that is not supported.
    case unsupported
    /// The file asks for something unsafe, such as calling a function.
    case refused
  }

  /// The kind of failure.
  public let kind: Kind
  /// The file's path or name, as it was given.
  public let file: String
  /// The tensor or node, such as `tensor 'conv.weight'`; nil if the failure concerns the whole file.
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

  /// File, place and reason on one line of limited length.
  public var description: String {
    ([file] + (place.map { [$0] } ?? []) + [reason]).map { $0.printable(atMost: 400) }.joined(separator: ": ")
  }
}
