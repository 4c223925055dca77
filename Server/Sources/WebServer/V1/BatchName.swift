package import U2Net

/// How the results of a batch are named: text and placeholders, as `u2cl run --name` takes it.
package struct BatchName: Sendable {
  private enum Part {
    case text(String)
    case placeholder(String)
  }

  private static let placeholders = ["stem", "ext", "name", "kind", "folder"]
  private let parts: [Part]

  /// `{stem}.{kind}`: `photo.cutout.png` for `photo.jpg`.
  static let usual = BatchName(parts: [.placeholder("stem"), .text("."), .placeholder("kind")])

  private init(parts: [Part]) { self.parts = parts }

  /// Reads a template.
  ///
  /// - Throws: `Refusal` if the template cannot name files.
  package init(_ template: String) throws(Refusal) {
    var parts: [Part] = []
    var rest = template[...]
    guard template.utf8.count <= 200,
      !template.unicodeScalars.contains(where: { $0.value < 32 || "/\\".unicodeScalars.contains($0) })
    else { throw .badRequest("name takes up to 200 bytes without / and control characters") }
    while let next = rest.first {
      if next == "{" {
        let word = rest.dropFirst().prefix { $0 != "}" }
        guard word.endIndex < rest.endIndex, Self.placeholders.contains(String(word)) else {
          throw .badRequest("name takes \(Self.placeholders.map { "{\($0)}" }.joined(separator: ", "))")
        }
        parts.append(.placeholder(String(word)))
        rest = rest[rest.index(after: word.endIndex)...]
      } else {
        let text = rest.prefix { $0 != "{" }
        parts.append(.text(String(text)))
        rest = rest[text.endIndex...]
      }
    }
    let tellsPictures = parts.contains { part in
      if case .placeholder(let word) = part { ["stem", "name"].contains(word) } else { false }
    }
    guard tellsPictures else { throw .badRequest("name is the same for all pictures; put {stem} or {name} into it") }
    self.parts = parts
  }

  /// The name of the result of an entry, in the entry's folder.
  package func name(for entry: String, kind: Composition.Kind, format: PictureFormat) -> String {
    let folders = entry.split(separator: "/").dropLast()
    let name = entry.split(separator: "/").last ?? "entry"
    let dot = name.lastIndex(of: ".").flatMap { $0 == name.startIndex ? nil : $0 }
    let values = [
      "stem": name[..<(dot ?? name.endIndex)], "ext": dot.map { name[name.index(after: $0)...] } ?? "", "name": name,
      "kind": kind.rawValue[...], "folder": folders.last ?? "root",
    ]
    let base = parts.map { part in
      switch part {
      case .text(let text): text
      case .placeholder(let word): String(values[word] ?? "")
      }
    }.joined()
    return (folders + [base[...]]).joined(separator: "/") + ".\(format.fileExtension)"
  }
}

/// Names that have been given, so that none is given twice.
package struct GivenNames {
  private var given: Set<String> = ["results.json"]

  /// Creates a list in which only the report's name is given.
  package init() {}

  /// A name, with a number before its extension if it was given before. Some systems take large letters for small ones.
  package mutating func unused(_ name: String) -> String {
    var (candidate, number) = (name, 2)
    while !given.insert(candidate.lowercased()).inserted {
      let dot = name.lastIndex(of: ".") ?? name.endIndex
      (candidate, number) = ("\(name[..<dot])-\(number)\(name[dot...])", number + 1)
    }
    return candidate
  }
}
