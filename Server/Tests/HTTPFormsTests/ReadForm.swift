import HTTPForms

/// A part of a form with its whole content.
struct ReadPart: Hashable {
  let part: FormPart
  var content: [UInt8]
  var text: String { String(decoding: content, as: UTF8.self) }
}

/// Reads a form in pieces, and checks that events come in order.
func readForm(
  _ pieces: [some Collection<UInt8>], boundary: String = "AaB03x", limits: MultipartReader.Limits = .init()
) throws -> [ReadPart] {
  var reader = try MultipartReader(boundary: boundary, limits: limits)
  var parts: [ReadPart] = []
  var isOpen = false
  for piece in pieces {
    try reader.read(piece) { event in
      switch event {
      case .part(let part):
        guard !isOpen else { throw Disorder() }
        isOpen = true
        parts.append(ReadPart(part: part, content: []))
      case .bytes(let bytes):
        guard isOpen, !bytes.isEmpty else { throw Disorder() }
        parts[parts.count - 1].content += bytes
      case .endOfPart:
        guard isOpen else { throw Disorder() }
        isOpen = false
      }
    }
  }
  try reader.finish()
  if isOpen { throw Disorder() }
  return parts
}

/// Events in an order that the reader does not promise.
struct Disorder: Error {}

/// A generator with a seed: SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}
