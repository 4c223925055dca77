/// The hosts that requests may name.
///
/// A page of another site can make a browser connect to this server by letting its own name resolve to this machine
/// (DNS rebinding), and the browser takes the answers for those of that site. The name stays in `Host`, so names that
/// the server does not know are refused. An address in place of a name cannot be rebound.
public struct HostRule: Sendable {
  /// Where the server listens.
  public enum Listening: Sendable {
    /// On an address or a name.
    case address(String)
    /// On a Unix socket, which browsers cannot reach.
    case unixSocket
  }

  private let names: Set<String>
  private let takesAny: Bool
  private let takesAddresses: Bool

  /// Creates a rule.
  ///
  /// - Parameters:
  ///   - listening: where the server listens.
  ///   - names: further names without ports; `*` stands for every name.
  public init(_ listening: Listening, names: [String] = []) {
    var known: Set = ["localhost", "127.0.0.1", "[::1]"]
    known.formUnion(names.map { Self.normalized($0[...]) })
    switch listening {
    case .unixSocket:
      takesAny = names.isEmpty || names.contains("*")
      takesAddresses = false
    case .address(let address):
      known.insert(Self.normalized(Self.bracketed(address)[...]))
      takesAny = names.contains("*")
      takesAddresses = ["0.0.0.0", "::", "[::]"].contains(address)
    }
    self.names = known
  }

  /// Whether a request with this `Host` is served.
  ///
  /// - Parameter host: a name or an address, with or without a port.
  public func allows(_ host: String) -> Bool {
    guard let name = Self.name(of: host) else { return false }
    if takesAny { return true }
    let normal = Self.normalized(name)
    return names.contains(normal) || takesAddresses && Self.isAddress(normal)
  }

  /// The host without its port; nil if it is not written as a host is.
  static func name(of host: String) -> Substring? {
    let name: Substring
    let port: Substring
    if host.hasPrefix("[") {
      guard let end = host.firstIndex(of: "]") else { return nil }
      name = host[...end]
      port = host[host.index(after: end)...]
      guard name.utf8.dropFirst().dropLast().allSatisfy(isAddressByte) else { return nil }
    } else {
      let end = host.firstIndex(of: ":") ?? host.endIndex
      name = host[..<end]
      port = host[end...]
      guard name.utf8.allSatisfy(isNameByte) else { return nil }
    }
    guard port.isEmpty || port.utf8.count <= 6 && port.hasPrefix(":") && port.utf8.dropFirst().allSatisfy(isDigit)
    else { return nil }
    return name.isEmpty ? nil : name
  }

  private static func normalized(_ name: Substring) -> String {
    let name = name.lowercased()
    return name.utf8.count > 1 && name.hasSuffix(".") ? String(name.dropLast()) : name
  }

  private static func bracketed(_ address: String) -> String {
    address.contains(":") && !address.hasPrefix("[") ? "[\(address)]" : address
  }

  private static func isAddress(_ name: String) -> Bool {
    if name.hasPrefix("[") { return true }
    let numbers = name.split(separator: ".", omittingEmptySubsequences: false)
    return numbers.count == 4 && numbers.allSatisfy { UInt8($0) != nil }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    isDigit(byte) || isLetter(byte) || [UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_")].contains(byte)
  }

  private static func isAddressByte(_ byte: UInt8) -> Bool {
    isDigit(byte) || (0x61...0x66).contains(byte | 0x20) || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".")
  }
}

/// Whether an address is reached from this machine alone.
///
/// - Parameter address: an address or a name to listen on.
public func isLoopback(_ address: String) -> Bool {
  if address == "localhost" || address == "::1" || address == "[::1]" { return true }
  let numbers = address.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
  return numbers.count == 4 && numbers[0] == 127 && !numbers.contains(nil)
}
