import Testing

import URLFetching

@Suite("Which addresses are public")
struct NetworkAddressTests {
  @Test(
    "Special IPv4 addresses are not",
    arguments: [
      [0, 0, 0, 0], [0, 1, 2, 3], [10, 0, 0, 1], [10, 255, 255, 255], [100, 64, 0, 1], [100, 127, 255, 255],
      [127, 0, 0, 1], [127, 255, 255, 254], [169, 254, 169, 254], [172, 16, 0, 1], [172, 31, 255, 255],
      [192, 0, 0, 170], [192, 0, 2, 1], [192, 88, 99, 1], [192, 168, 1, 1], [198, 18, 0, 1], [198, 19, 255, 255],
      [198, 51, 100, 1], [203, 0, 113, 9], [224, 0, 0, 1], [239, 1, 1, 1], [240, 0, 0, 1], [255, 255, 255, 255],
    ] as [[UInt8]])
  func specialIPv4(_ bytes: [UInt8]) { #expect(!NetworkAddress(bytes).isPublic) }

  @Test(
    "Their neighbours are",
    arguments: [
      [1, 1, 1, 1], [9, 255, 255, 255], [11, 0, 0, 0], [100, 63, 255, 255], [100, 128, 0, 0], [126, 255, 255, 255],
      [128, 0, 0, 0], [169, 253, 0, 1], [169, 255, 0, 1], [172, 15, 255, 255], [172, 32, 0, 0], [192, 0, 1, 1],
      [192, 167, 1, 1], [192, 169, 0, 1], [198, 17, 255, 255], [198, 20, 0, 0], [203, 0, 114, 1], [223, 255, 255, 255],
    ] as [[UInt8]])
  func publicIPv4(_ bytes: [UInt8]) { #expect(NetworkAddress(bytes).isPublic) }

  @Test(
    "Special IPv6 addresses are not",
    arguments: [
      [0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0xffff, 0x7f00, 1],
      [0, 0, 0, 0, 0, 0xffff, 0x0808, 0x0808], [0, 0, 0, 0, 0, 0, 0x7f00, 1], [0x64, 0xff9b, 0, 0, 0, 0, 0x7f00, 1],
      [0x64, 0xff9b, 0, 0, 0, 0, 0x0808, 0x0808], [0x64, 0xff9b, 1, 0, 0, 0, 0, 1], [0x100, 0, 0, 0, 0, 0, 0, 1],
      [0x2001, 0, 0x4136, 0xe378, 0x8000, 0x63bf, 0x3fff, 0xfdd2], [0x2001, 2, 0, 0, 0, 0, 0, 1],
      [0x2001, 0x20, 0, 0, 0, 0, 0, 1], [0x2001, 0xdb8, 0, 0, 0, 0, 0, 1], [0x2002, 0x7f00, 1, 0, 0, 0, 0, 0],
      [0x2002, 0x0808, 0x0808, 0, 0, 0, 0, 1], [0x3fff, 0, 0, 0, 0, 0, 0, 1], [0x5f00, 0, 0, 0, 0, 0, 0, 1],
      [0xfc00, 0, 0, 0, 0, 0, 0, 1], [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254], [0xfe80, 0, 0, 0, 0, 0, 0, 1],
      [0xfec0, 0, 0, 0, 0, 0, 0, 1], [0xff02, 0, 0, 0, 0, 0, 0, 1],
    ] as [[UInt16]])
  func specialIPv6(_ groups: [UInt16]) { #expect(!NetworkAddress(bytes(of: groups)).isPublic) }

  @Test(
    "Others are",
    arguments: [
      [0x2001, 0x4860, 0x4860, 0, 0, 0, 0, 0x8888], [0x2606, 0x4700, 0, 0, 0, 0, 0, 0x1111],
      [0x2a00, 0x1450, 0, 0, 0, 0, 0, 1], [0x2001, 0x200, 0, 0, 0, 0, 0, 1],
    ] as [[UInt16]])
  func publicIPv6(_ groups: [UInt16]) { #expect(NetworkAddress(bytes(of: groups)).isPublic) }

  @Test("Loopback is allowed by itself alone")
  func loopback() {
    #expect(NetworkAddress([127, 0, 0, 2]).isLoopback)
    #expect(NetworkAddress(bytes(of: [0, 0, 0, 0, 0, 0, 0, 1])).isLoopback)
    #expect(!NetworkAddress([10, 0, 0, 1]).isLoopback)
    #expect(!NetworkAddress(bytes(of: [0, 0, 0, 0, 0, 0xffff, 0x7f00, 1])).isLoopback)
  }

  private func bytes(of groups: [UInt16]) -> [UInt8] {
    groups.flatMap { [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)] }
  }
}
