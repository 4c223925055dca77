import ArgumentParser
import Files
import Pictures
import U2Net

/// How results are named: text and placeholders, such as `{stem}.{kind}`, which is the usual name.
struct ResultName: Sendable {
  /// What stands for a part of the picture's name or of its result.
  enum Placeholder: String, CaseIterable {
    /// The picture's name without its extension.
    case stem
    /// The picture's extension as it is written; if there is none, the dot before it is left out, too.
    case ext
    /// The picture's name with its extension.
    case name
    /// The kind of the result, such as `mask`.
    case kind
    /// The name of the folder that the picture lies in.
    case folder
  }

  private enum Part {
    case text([UInt8])
    case placeholder(Placeholder)
  }

  private var parts: [Part]
  /// The extension at the end of the template, such as `png`; nil if it ends otherwise.
  private var ending: String?
  /// The format that the end of the template says; nil if it says none.
  private(set) var format: PictureFormat?

  /// `{stem}.{kind}`: `photo.mask.png` for `photo.jpg`.
  static let usual = ResultName(parts: [.placeholder(.stem), .text([dot]), .placeholder(.kind)])

  private static let dot = UInt8(ascii: ".")

  private init(parts: [Part]) { self.parts = parts }

  /// - Throws: `ValidationError` if the template cannot name files.
  init(_ template: FilePath) throws {
    parts = []
    var rest = template.bytes[...]
    while let next = rest.first {
      if next == UInt8(ascii: "}") { throw ValidationError("--name \(template) has a } without a { before it") }
      guard next == UInt8(ascii: "{") else {
        let text = rest.prefix { !"{}".utf8.contains($0) }
        parts.append(.text(Array(text)))
        rest = rest[text.endIndex...]
        continue
      }
      guard let end = rest.firstIndex(of: UInt8(ascii: "}")) else {
        throw ValidationError("--name \(template) has a { without a } behind it")
      }
      let word = FilePath(bytes: rest[rest.startIndex + 1..<end])
      guard let placeholder = Placeholder(rawValue: word.string) else {
        throw ValidationError("--name knows no {\(word)}, but \(Self.placeholders)")
      }
      parts.append(.placeholder(placeholder))
      rest = rest[(end + 1)...]
    }
    try check(template)
    takeEnding()
  }

  private static let placeholders = Placeholder.allCases.map { "{\($0.rawValue)}" }.joined(separator: ", ")

  private func check(_ template: FilePath) throws {
    guard !template.isEmpty else { throw ValidationError("--name is empty; write for example '{stem}.{kind}'") }
    if template.bytes.contains(UInt8(ascii: "/")) {
      throw ValidationError("--name names files, not folders, so it takes no /; name a folder with -o")
    }
    let tellsPictures = parts.contains { part in
      if case .placeholder(let placeholder) = part { [.stem, .name].contains(placeholder) } else { false }
    }
    guard tellsPictures else {
      throw ValidationError("--name \(template) is the same for all pictures; put {stem} or {name} into it")
    }
  }

  /// Keeps the extension of a format apart from the last text.
  private mutating func takeEnding() {
    guard case .text(let text)? = parts.last, let place = text.lastIndex(of: Self.dot),
      let format = PictureFormat(fileName: FilePath(bytes: text))
    else { return }
    self.format = format
    ending = String(decoding: text[(place + 1)...], as: UTF8.self)
    parts[parts.count - 1] = .text(Array(text[..<place]))
  }

  /// The name of a picture's result.
  func name(for picture: FilePath, kind: String, format: PictureFormat) -> FilePath {
    FilePath(bytes: base(for: picture, kind: kind)).adding(suffix: ".\(ending ?? format.fileExtension)")
  }

  /// The name of one of the network's maps.
  func name(for picture: FilePath, map: String) -> FilePath {
    let tellsKind = parts.contains { if case .placeholder(.kind) = $0 { true } else { false } }
    return FilePath(bytes: base(for: picture, kind: map)).adding(suffix: tellsKind ? ".png" : ".\(map).png")
  }

  private func base(for picture: FilePath, kind: String) -> [UInt8] {
    let isStream = picture == "-"
    let name = isStream ? "stdin" : picture.lastComponent ?? picture
    let ending = name.bytes.dropFirst(name.stem.bytes.count + 1)
    var bytes: [UInt8] = []
    for part in parts {
      switch part {
      case .text(let text): bytes += text
      case .placeholder(.stem): bytes += name.stem.bytes
      case .placeholder(.name): bytes += name.bytes
      case .placeholder(.kind): bytes += Array(kind.utf8)
      case .placeholder(.folder): bytes += Self.folderName(of: picture).bytes
      case .placeholder(.ext):
        bytes += ending
        if ending.isEmpty, bytes.last == Self.dot { bytes.removeLast() }
      }
    }
    return bytes
  }

  private static func folderName(of picture: FilePath) -> FilePath {
    let parent = picture.parent
    if let name = parent.lastComponent, name != ".", name != ".." { return name }
    return (parent.real ?? FilePath.workingFolder)?.lastComponent ?? "root"
  }
}

// Results among the pictures.
extension ResultName {
  /// What the names of all results of a kind begin and end with. Empty beginning and end: they cannot be told.
  private func frame(kind: String) -> (start: [UInt8], end: [UInt8]) {
    let texts = parts.map { part -> [UInt8]? in
      switch part {
      case .text(let text): text
      case .placeholder(.kind): Array(kind.utf8)
      case .placeholder: nil
      }
    }
    let start = texts.prefix { $0 != nil }.flatMap { $0 ?? [] }
    let end = texts.reversed().prefix { $0 != nil }.reversed().flatMap { $0 ?? [] }
    let isTelling = (start + end).contains { $0 != Self.dot }
    return isTelling ? (start, end) : ([], [])
  }

  /// Whether names of results can be told from names of pictures.
  func isTelling(kind: String) -> Bool { !frame(kind: kind).start.isEmpty || !frame(kind: kind).end.isEmpty }

  /// Whether a file of that name is a result, if results lie there.
  func fits(_ name: FilePath, kind: String, format: PictureFormat) -> Bool {
    let frame = frame(kind: kind)
    guard !frame.start.isEmpty || !frame.end.isEmpty else { return false }
    let end = frame.end + Array(".\(ending ?? format.fileExtension)".utf8)
    return name.bytes.count > frame.start.count + end.count && name.bytes.starts(with: frame.start)
      && name.bytes.suffix(end.count).elementsEqual(end)
  }

  /// Whether a name is a usual one of a result: `photo.mask.png`, or `photo.mask.upper.png` for a class.
  static func isUsual(_ name: FilePath) -> Bool {
    guard name.bytes.count(where: { $0 == dot }) >= 2 else { return false }
    let parts = name.lowercasedASCII.bytes.split(separator: dot, omittingEmptySubsequences: false)
    let words = parts.suffix(3).map { String(decoding: $0, as: UTF8.self) }
    if kinds.contains(words[1]), endings.contains(words[2]) { return true }
    return parts.count >= 4 && words[0] == Composition.Kind.mask.rawValue && words[2] == "png"
  }

  private static let kinds = Set(Composition.Kind.allCases.map(\.rawValue))
  private static let endings = Set(PictureFormat.writable.map(\.fileExtension))
}
