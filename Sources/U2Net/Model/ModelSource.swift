/// Where a model came from, so that another process can load it, too.
package enum ModelSource: Hashable, Sendable, Codable {
  /// The one inside the program.
  case builtIn
  /// Seeded weights, of the full network or the small one.
  case seeded(full: Bool)
  /// A file.
  case file(String)
}

extension Model {
  /// The model from where another process had it.
  package init(_ source: ModelSource) throws(Failure) {
    switch source {
    case .builtIn: self = try .builtIn()
    case .seeded(let full): self = try .seeded(full: full)
    case .file(let path): try self.init(path)
    }
  }
}
