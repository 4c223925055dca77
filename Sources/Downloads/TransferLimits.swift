/// The time limits of a transfer, and the certificates that it trusts.
public struct TransferLimits: Hashable, Sendable {
  /// The most seconds that connecting may take.
  public var connectSeconds = 30
  /// A transfer has stalled after this many seconds of fewer than `stallBytes` bytes each.
  public var stallSeconds = 30
  /// The least bytes a second of a transfer that has not stalled.
  public var stallBytes = 1000
  /// How many times a transfer that broke off is resumed at once, if it brought anything.
  public var resumptions = 3

  /// A file of certificates to trust in place of the system's; nil for the system's.
  public var certificates: String?

  /// The default limits.
  public init() {}
}
