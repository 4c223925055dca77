/// A text with places to be filled in.
package struct PageText {
  /// The text, in UTF-8.
  package let bytes: [UInt8]

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The text with something else at every place of a name.
  package func replacing(_ place: StaticString, by text: [UInt8]) -> PageText {
    PageText(Array(split(at: place).joined(separator: text)))
  }

  /// What is before, between and behind the places of a name.
  package func split(at place: StaticString) -> [[UInt8]] {
    let name = place.withUTF8Buffer { Array($0) }
    var pieces: [[UInt8]] = []
    var (start, next) = (0, 0)
    while next + name.count <= bytes.count {
      if bytes[next] == name[0], bytes[next..<next + name.count].elementsEqual(name) {
        pieces.append(Array(bytes[start..<next]))
        next += name.count
        start = next
      } else {
        next += 1
      }
    }
    return pieces + [Array(bytes[start...])]
  }
}
