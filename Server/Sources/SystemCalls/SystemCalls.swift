/// The C library, whichever the system has: the only file of the server that depends on which it is. The package above
/// has one for itself, `LibC`, whose additions are not for other packages.
#if canImport(Glibc)
  @_exported public import Glibc
#elseif canImport(Musl)
  @_exported public import Musl
#else
  @_exported public import Darwin
#endif

#if canImport(Glibc)
  /// The kind of sockets that carry streams of bytes, as `socket` takes it.
  public let streamSocket = Int32(SOCK_STREAM.rawValue)
#else
  /// The kind of sockets that carry streams of bytes, as `socket` takes it.
  public let streamSocket = SOCK_STREAM
#endif
