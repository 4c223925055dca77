/// The page of the server: one HTML file that asks no other host for anything.
///
/// `page.html` has places for the style sheet, for the script, and for a nonce. Each answer has a new nonce, and the
/// browser runs nothing that does not carry it, so that text of a file's name or of an answer can never become code.
package struct WebPage: Sendable {
  /// The HTML, in UTF-8.
  package let body: [UInt8]
  /// The headers that go with it, but for its length.
  package let headers: [(name: String, value: String)]

  /// Creates an answer.
  ///
  /// - Parameter nonce: letters and digits that nobody can guess; random by default.
  package init(nonce: String = WebPage.randomNonce()) {
    body = Array(Self.pieces.joined(separator: Array(nonce.utf8)))
    headers = [
      ("Content-Type", "text/html; charset=utf-8"),
      ("Content-Security-Policy", Self.policy(nonce)),
      ("X-Content-Type-Options", "nosniff"),
      ("Referrer-Policy", "no-referrer"),
      ("Permissions-Policy", "camera=(self), microphone=(), geolocation=()"),
      // Each answer has a nonce of its own.
      ("Cache-Control", "no-store"),
    ]
  }

  /// 128 random bits, in hexadecimal.
  package static func randomNonce() -> String {
    var generator = SystemRandomNumberGenerator()
    return (0..<2).map { _ in
      let digits = String(UInt64.random(in: 0...UInt64.max, using: &generator), radix: 16)
      return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }.joined()
  }

  private static func policy(_ nonce: String) -> String {
    [
      "default-src 'none'", "script-src 'nonce-\(nonce)'", "style-src 'nonce-\(nonce)'", "img-src 'self' blob: data:",
      "connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
    ].joined(separator: "; ")
  }

  /// What stands between the nonces.
  private static let pieces: [[UInt8]] = {
    let html = PageText(PackageResources.page_html)
      .replacing("{{style}}", by: PageSources.style)
      .replacing("{{script}}", by: PageSources.script)
    return html.split(at: "{{nonce}}")
  }()
}
