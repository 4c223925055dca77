internal import HTTPTypes
package import PictureService
internal import U2Net

/// What a client accepts: RFC 9110, section 12.5.1.
struct AcceptedTypes {
  private struct Range {
    let type: Substring
    let subtype: Substring
    let quality: Double
  }

  private let ranges: [Range]

  /// Reads a header. Elements that make no sense are passed over; without any other, everything is accepted.
  init(_ header: String?) {
    ranges = (header ?? "").lowercased().split(separator: ",").compactMap { element in
      let parts = element.split(separator: ";").map { $0.trimmed }
      guard let name = parts.first?.split(separator: "/", omittingEmptySubsequences: false), name.count == 2,
        !name[0].isEmpty, !name[1].isEmpty
      else { return nil }
      let weight = parts.dropFirst().first { $0.hasPrefix("q=") }?.dropFirst(2)
      let quality = weight.map { Double($0) ?? 0 } ?? 1
      return Range(type: name[0], subtype: name[1], quality: quality.isFinite ? min(1, max(0, quality)) : 0)
    }
  }

  /// How much a media type is liked, 0 … 1; zero means not at all. The closest range decides.
  func quality(of mediaType: String) -> Double {
    guard !ranges.isEmpty else { return 1 }
    let name = mediaType.split(separator: "/")
    let fitting = ranges.filter { range in
      (range.type == "*" && range.subtype == "*") || (range.type == name[0] && [name[1], "*"].contains(range.subtype))
    }
    let closest = fitting.map { ($0.type == "*" ? 0 : 1) + ($0.subtype == "*" ? 0 : 1) }.max()
    return fitting.filter { ($0.type == "*" ? 0 : 1) + ($0.subtype == "*" ? 0 : 1) == closest }.map(\.quality).max()
      ?? 0
  }

  /// The media type that is liked best, the first of equal ones; nil if none is accepted.
  func best(of mediaTypes: [String]) -> String? {
    let best = mediaTypes.map(quality).max() ?? 0
    return best > 0 ? mediaTypes.first { quality(of: $0) == best } : nil
  }
}

extension Substring {
  /// Without spaces and tabs at its ends.
  fileprivate var trimmed: Substring {
    let isSpace = { (character: Character) in character == " " || character == "\t" }
    let start = drop(while: isSpace)
    return start.lastIndex { !isSpace($0) }.map { start[...$0] } ?? start[start.endIndex...]
  }
}

/// In which form a result is sent: by the option `format`, and by what the client accepts.
package enum Negotiation {
  static let json = "application/json"

  /// Chooses the format of a result, unless the client has named one.
  ///
  /// - Returns: whether the result is sent within JSON.
  /// - Throws: `Refusal` if the client accepts nothing that there is.
  package static func choose(_ options: inout ResultOptions, accepting header: String?) throws(Refusal) -> Bool {
    let accepted = AcceptedTypes(header)
    if options.hasFormat {
      // A format that is named is what the client wants, whatever its library accepts.
      return accepted.best(of: [options.encoding.format.mediaType, json]) == json
    }
    let formats = ResultOptions.writableFormats.filter { !options.composition.kind.hasAlpha || $0 != .jpeg }
    let types = formats.map(\.mediaType) + [json]
    guard let best = accepted.best(of: types) else {
      let opaque = options.composition.kind.hasAlpha ? "; a cut-out cannot be JPEG" : ""
      throw Refusal(
        .notAcceptable, .notAcceptable, "the result can be sent as \(types.joined(separator: ", "))\(opaque)")
    }
    if let format = formats.first(where: { $0.mediaType == best }) { options.choose(format) }
    return best == json
  }
}
