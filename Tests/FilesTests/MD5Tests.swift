import Files
import Testing

@Suite struct MD5Tests {
  /// The examples of RFC 1321.
  @Test(arguments: [
    ("", "d41d8cd98f00b204e9800998ecf8427e"), ("a", "0cc175b9c0f1b6a831c399e269772661"),
    ("abc", "900150983cd24fb0d6963f7d28e17f72"), ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
    ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
    ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "d174ab98d277d9f5a5611c2c9f419d9f"),
    (
      "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
      "57edf4a22be3c955ac49da2e2107b67a"
    ),
  ]) func theStandardsExamples(message: String, digest: String) {
    var md5 = MD5()
    Array(message.utf8).withUnsafeBytes { md5.update($0) }
    #expect(md5.digest().hexadecimal == digest, "\(message.prefix(60))")
  }

  /// Every length around two paddings; the digest of the digests is Python's hashlib's.
  @Test func everyLength() {
    var digests = MD5()
    for count in 0..<300 {
      var md5 = MD5()
      (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7 + count) }.withUnsafeBytes { md5.update($0) }
      md5.digest().withUnsafeBytes { digests.update($0) }
    }
    #expect(digests.digest().hexadecimal == "07078cab541bc45f0a66e2c0213a32f4")
  }

  /// A message in pieces of every size has the digests of the whole.
  @Test func piecesMakeTheWhole() {
    let message = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* $0) }
    var whole = MD5()
    message.withUnsafeBytes { whole.update($0) }
    for size in [1, 3, 63, 64, 65, 127, 128, 200, 999, 1000] {
      var (md5, sha256) = (MD5(), SHA256())
      for start in stride(from: 0, to: message.count, by: size) {
        let piece = Array(message[start..<min(start + size, message.count)])
        piece.withUnsafeBytes { md5.update($0) }
        piece.withUnsafeBytes { sha256.update($0) }
      }
      #expect(md5.digest() == whole.digest() && sha256.digest() == SHA256.digest(of: message), "pieces of \(size)")
    }
  }
}
