import Testing

import WebServer

@Suite struct WebPageTests {
  @Test func holdsTheNonceOfItsPolicy() throws {
    let page = WebPage(nonce: "a1b2c3")
    let text = String(decoding: page.body, as: UTF8.self)
    #expect(!text.contains("{{"))
    #expect(PageText(page.body).split(at: "nonce=\"a1b2c3\"").count == 3)
    let policy = try #require(page.headers.first { $0.name == "Content-Security-Policy" }).value
    #expect(policy.contains("script-src 'nonce-a1b2c3'; style-src 'nonce-a1b2c3'"))
    #expect(policy.hasPrefix("default-src 'none'; "))
  }

  @Test func makesFreshNonces() {
    let nonces = (0..<100).map { _ in WebPage.randomNonce() }
    #expect(Set(nonces).count == 100)
    #expect(nonces.allSatisfy { $0.utf8.count == 32 && $0.allSatisfy(\.isHexDigit) })
  }

  @Test func findsPlacesAtEndsAndSideBySide() {
    let text = PageText(Array("{{a}}x{{a}}{{a}}{{b}}{{".utf8))
    #expect(text.split(at: "{{a}}").map { String(decoding: $0, as: UTF8.self) } == ["", "x", "", "{{b}}{{"])
    #expect(String(decoding: text.replacing("{{a}}", by: Array("yy".utf8)).bytes, as: UTF8.self) == "yyxyyyy{{b}}{{")
  }
}
