import FoundationEssentials
import HTTPTypes
import PictureService
import Testing

import WebServer

/// The description of the routes, against the routes.
@Suite struct DescriptionTests {
  private struct Document: Decodable {
    struct Parameter: Decodable { let name: String }
    struct Components: Decodable { let parameters: [String: Parameter] }
    struct Operation: Decodable { let operationId: String }

    let paths: [String: [String: Operation]]
    let components: Components
  }

  private func document() throws -> Document {
    try JSONDecoder().decode(Document.self, from: Data(WebServer.description))
  }

  /// The interfaces of other programs are described by those.
  private static let others = ["/account", "/api", "/v1.0/", "/v1/segment", "/v2"]

  @Test func everyRouteIsDescribedAndNothingElse() throws {
    let described = try document().paths.flatMap { path, operations in operations.keys.map { "\($0) \(path)" } }
    let routes = WebServer.routes.map { "\($0.method.rawValue.lowercased()) \($0.template)" }
    #expect(Set(described).subtracting(routes).isEmpty)
    let missing = Set(routes).subtracting(described)
    #expect(missing.filter { route in !Self.others.contains { route.contains(" \($0)") } }.isEmpty, "\(missing)")
  }

  @Test func everyOptionIsDescribedAndNothingElse() throws {
    #expect(try document().components.parameters.map(\.value.name).sorted() == ResultOptions.names.sorted())
  }

  @Test func namesOfOperationsDiffer() throws {
    let names = try document().paths.values.flatMap(\.values).map(\.operationId)
    #expect(Set(names).count == names.count)
  }
}
