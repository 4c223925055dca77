/// An address of the Internet Protocol.
package struct NetworkAddress: Hashable, Sendable {
  /// 4 or 16 bytes, in the order of the network.
  package let bytes: [UInt8]

  /// An address of 4 or 16 bytes.
  package init(_ bytes: some Collection<UInt8>) { self.bytes = Array(bytes) }

  /// Whether the address is one of this machine: `127.0.0.0/8` or `::1`.
  package var isLoopback: Bool { Self.loopbackIPv4.contains(self) || Self.loopbackIPv6.contains(self) }

  /// Whether the address is one of the public internet, by the registries of IANA for special purposes.
  ///
  /// Addresses that carry another one, such as those of 6to4, Teredo, NAT64 and IPv4-mapped ones, are not public,
  /// wherever they lead.
  package var isPublic: Bool {
    switch bytes.count {
    case 4: !Self.specialIPv4.contains { $0.contains(self) }
    case 16: Self.globalIPv6.contains(self) && !Self.specialIPv6.contains { $0.contains(self) }
    default: false
    }
  }

  private static let loopbackIPv4 = Network([127], prefix: 8, of: 4)
  private static let loopbackIPv6 = Network([UInt8](repeating: 0, count: 15) + [1], prefix: 128, of: 16)

  private static let specialIPv4 = [
    Network([0], prefix: 8, of: 4),  // this network
    Network([10], prefix: 8, of: 4),  // private
    Network([100, 64], prefix: 10, of: 4),  // shared by the customers of a provider
    loopbackIPv4,
    Network([169, 254], prefix: 16, of: 4),  // this link, and the metadata of clouds
    Network([172, 16], prefix: 12, of: 4),  // private
    Network([192, 0, 0], prefix: 24, of: 4),  // protocols
    Network([192, 0, 2], prefix: 24, of: 4),  // documentation
    Network([192, 88, 99], prefix: 24, of: 4),  // relays of 6to4
    Network([192, 168], prefix: 16, of: 4),  // private
    Network([198, 18], prefix: 15, of: 4),  // benchmarks
    Network([198, 51, 100], prefix: 24, of: 4),  // documentation
    Network([203, 0, 113], prefix: 24, of: 4),  // documentation
    Network([224], prefix: 4, of: 4),  // multicast
    Network([240], prefix: 4, of: 4),  // reserved, and broadcast
  ]

  /// `2000::/3`, which holds all that is assigned to hosts of the internet. Outside are `::1`, mapped addresses, NAT64,
  /// `fc00::/7`, `fe80::/10` and multicast.
  private static let globalIPv6 = Network([0x20], prefix: 3, of: 16)

  private static let specialIPv6 = [
    Network([0x20, 0x01], prefix: 23, of: 16),  // protocols: Teredo, benchmarks, ORCHID
    Network([0x20, 0x01, 0x0d, 0xb8], prefix: 32, of: 16),  // documentation
    Network([0x20, 0x02], prefix: 16, of: 16),  // 6to4
    Network([0x3f, 0xff], prefix: 20, of: 16),  // documentation
  ]
}

/// The addresses that begin alike.
private struct Network: Sendable {
  private let start: [UInt8]
  private let prefix: Int

  /// - Parameters:
  ///   - start: the first bytes; the others are 0.
  ///   - prefix: the number of bits that are alike.
  ///   - count: the number of bytes of an address.
  init(_ start: [UInt8], prefix: Int, of count: Int) {
    self.start = start + [UInt8](repeating: 0, count: count - start.count)
    self.prefix = prefix
  }

  func contains(_ address: NetworkAddress) -> Bool {
    guard address.bytes.count == start.count else { return false }
    return (0..<prefix).allSatisfy { bit in
      let mask: UInt8 = 0x80 >> UInt8(bit % 8)
      return start[bit / 8] & mask == address.bytes[bit / 8] & mask
    }
  }
}
