internal import HTTPTypes

/// The page for people.
enum PageRoutes {
  /// Anybody may have the page: it asks for the token itself.
  static var all: [Route] { [Route(.get, "/", isOpen: true) { _ in reply(with: WebPage()) }] }

  private static func reply(with page: WebPage) -> Reply {
    var reply = Reply(.ok, "text/html; charset=utf-8", page.body)
    for (name, value) in page.headers {
      if let name = HTTPField.Name(name) { reply.headers[name] = value }
    }
    return reply
  }
}
