/// What a transfer may take, and whom it trusts.
public struct TransferLimits: Hashable, Sendable {
  /// The most seconds until a connection is there.
  public var connectSeconds = 30
  /// After so many seconds with fewer than `stallBytes` each, a transfer has stalled.
  public var stallSeconds = 30
  /// See `stallSeconds`.
  public var stallBytes = 1000
  /// How many times a transfer that broke off after bringing something is taken up again at once.
  public var resumptions = 3

  /// A file of certificates to trust instead of the system's; nil for the system's.
  public var certificates: String?

  /// The usual ones.
  public init() {}
}
