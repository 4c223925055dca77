import HTTPForms
import Testing

/// Forms that were changed at random: whatever the reader makes of one, it makes of it however it is split.
@Suite struct MultipartMutationTests {
  /// What becomes of a form.
  private enum Outcome: Equatable {
    case parts([ReadPart])
    case refused(FormError.Kind)
  }

  private static func outcome(_ pieces: [ArraySlice<UInt8>]) throws -> Outcome {
    var limits = MultipartReader.Limits()
    (limits.parts, limits.headerBytes, limits.fieldBytes) = (4, 200, 300)
    do { return .parts(try readForm(pieces, limits: limits)) } catch let error as FormError {
      return .refused(error.kind)
    }
  }

  private static func mutated(_ body: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
    let words = [
      "\r\n", "\r", "\n", "--", "--AaB03x", "\r\n--AaB03x", "\r\n--AaB03x--", "\r\n\r\n", "\"", "\\", ";", "=", "%",
      "'",
      " ", "Content-Disposition: form-data; name=", "filename*=utf-8''", "\0", "\u{FF}", "Content-Type: ",
    ]
    var body = body
    for _ in 0..<Int.random(in: 1...6, using: &generator) {
      let place = Int.random(in: 0...body.count, using: &generator)
      let end = min(body.count, place + Int.random(in: 0...20, using: &generator))
      switch Int.random(in: 0..<5, using: &generator) {
      case 0: body.removeSubrange(place..<end)
      case 1: body.insert(contentsOf: Array(body[place..<end]), at: place)
      case 2: body.insert(contentsOf: (words.randomElement(using: &generator) ?? "").utf8, at: place)
      case 3: body.replaceSubrange(place..<end, with: (words.randomElement(using: &generator) ?? "").utf8)
      default: if place < body.count { body[place] = UInt8.random(in: 0...255, using: &generator) }
      }
    }
    return body
  }

  @Test(arguments: 0..<8) func splitsDoNotChangeTheOutcome(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    var (read, refused) = (0, 0)
    for round in 0..<2000 {
      let form = try #require(MultipartReaderTests.cases.randomElement(using: &generator))
      let body = Self.mutated(Array(form.body.utf8), &generator)
      let whole = try Self.outcome([body[...]])
      if case .parts = whole { read += 1 } else { refused += 1 }
      var pieces: [ArraySlice<UInt8>] = []
      var rest = body[...]
      while !rest.isEmpty {
        let piece = rest.prefix(Int.random(in: 1...9, using: &generator))
        pieces.append(piece)
        rest = rest.dropFirst(piece.count)
      }
      guard try Self.outcome(pieces) == whole else {
        Issue.record("seed \(seed), round \(round): \(String(decoding: body, as: UTF8.self).debugDescription)")
        return
      }
    }
    // Both must happen, or the changes are too small or too large to tell anything.
    #expect(read > 100 && refused > 100, "\(read) were read and \(refused) refused")
  }
}
