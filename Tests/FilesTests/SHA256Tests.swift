import Files
import Testing

@Suite struct SHA256Tests {
  /// The examples that NIST publishes for FIPS 180-4.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      """
      abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrst\
      nopqrstu
      """,
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
  ]) func theStandardsExamples(message: String, digest: String) {
    #expect(SHA256.digest(of: Array(message.utf8)).hexadecimal == digest, "\(message.prefix(60))")
  }

  @Test func theStandardsLongExample() {
    let digest = SHA256.digest(of: Array(repeating: UInt8(ascii: "a"), count: 1_000_000))
    #expect(digest.hexadecimal == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  /// Every length around two paddings, at every alignment; the digest of the digests is Python's hashlib's.
  @Test func everyLength() {
    var digests: [UInt8] = []
    for count in 0..<300 {
      let message = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7 + count) }
      let digest = SHA256.digest(of: message)
      let shifted = [0xFF] + message
      #expect(shifted.withUnsafeBytes { SHA256.digest(of: UnsafeRawBufferPointer(rebasing: $0[1...])) } == digest)
      digests += digest
    }
    #expect(
      SHA256.digest(of: digests).hexadecimal == "d5238871a46ac4a1a75ac3fb19d645b0b3b9e5f35f5f720e2b240d605c6b694e")
  }
}
