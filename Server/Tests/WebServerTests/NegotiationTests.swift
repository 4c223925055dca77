import PictureService
import Testing
import U2Net

import WebServer

/// Which form of a result a client gets by what it accepts.
@Suite struct NegotiationTests {
  /// The media type, or the status of the refusal.
  private func form(_ accept: String?, _ kind: Composition.Kind = .cutout, format: String? = nil) throws -> String {
    var options = ResultOptions(kind)
    if let format { try options.set("format", to: format) }
    do throws(Refusal) {
      return try Negotiation.choose(&options, accepting: accept)
        ? "application/json" : "image/\(options.encoding.format.rawValue.lowercased())"
    } catch {
      return "406"
    }
  }

  @Test(
    arguments: [
      (nil, "image/png"), ("", "image/png"), ("*/*", "image/png"), ("image/*", "image/png"),
      ("image/webp", "image/webp"), ("IMAGE/WEBP", "image/webp"), ("image/webp;q=0.5, */*;q=0.1", "image/webp"),
      ("application/json", "application/json"), ("application/*", "application/json"),
      ("image/png;q=0.5,application/json", "application/json"), ("image/png;q=0, image/*", "image/webp"),
      ("image/avif,image/webp,*/*;q=0.8", "image/webp"), ("text/html", "406"), ("*/*;q=0", "406"),
      ("image/jpeg", "406"), ("nonsense", "image/png"), ("image/png;q=x, image/webp;q=0.1", "image/webp"),
      ("image/webp;level=1;q=0.3,image/png;q=0.2", "image/webp"), (",,;,", "image/png"),
    ] as [(String?, String)])
  func theBestAcceptedFormIsChosen(accept: String?, form: String) throws {
    #expect(try self.form(accept) == form)
  }

  @Test func aNamedFormatGoesFirst() throws {
    #expect(try form("image/png", format: "webp") == "image/webp")
    #expect(try form("text/html", format: "webp") == "image/webp")
    #expect(try form("application/json", format: "webp") == "application/json")
    #expect(try form("image/jpeg", .composite) == "image/jpeg")
  }
}

/// Names of results in archives.
@Suite struct BatchNameTests {
  @Test(
    arguments: [
      ("{stem}.{kind}", "a/b.tar.jpg", "a/b.tar.cutout.png"), ("{name}-x", "b.jpg", "b.jpg-x.png"),
      ("{folder}_{stem}.{ext}", "c/d/e.webp", "c/d/d_e.webp.png"), ("{stem}", ".hidden", ".hidden.png"),
    ])
  func resultsAreNamed(template: String, entry: String, name: String) throws {
    #expect(try BatchName(template).name(for: entry, kind: .cutout, format: .png) == name)
  }

  @Test(arguments: ["", "x", "{kind}", "{stem", "{what}{stem}", "a/{stem}", "a\\{stem}", "{stem}\n"])
  func templatesThatNameNothingAreRefused(template: String) {
    #expect(throws: Refusal.self) { try BatchName(template) }
  }

  @Test func noNameIsGivenTwice() {
    var names = GivenNames()
    #expect(
      ["a.png", "A.png", "a.png", "results.json"].map { names.unused($0) }
        == ["a.png", "A-2.png", "a-3.png", "results-2.json"])
  }
}
