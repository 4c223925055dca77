// The target of libFuzzer, compiled together with the sources of HTTPForms by the script `multipart` beside it.

/// What is left of a form that was read, to be compared.
private struct Outcome: Equatable {
  var parts: [FormPart] = []
  var contents: [[UInt8]] = []
  var refusal: FormError.Kind?
}

private func outcome(_ pieces: [ArraySlice<UInt8>]) -> Outcome {
  var limits = MultipartReader.Limits()
  (limits.parts, limits.headerBytes, limits.fieldBytes) = (4, 200, 300)
  var outcome = Outcome()
  do {
    var reader = try MultipartReader(boundary: "AaB03x", limits: limits)
    for piece in pieces {
      try reader.read(piece) { event in
        switch event {
        case .part(let part):
          outcome.parts.append(part)
          outcome.contents.append([])
        case .bytes(let bytes): outcome.contents[outcome.contents.count - 1] += bytes
        case .endOfPart: break
        }
      }
    }
    try reader.finish()
  } catch let error as FormError {
    // How much was read before a refusal depends on the pieces.
    outcome = Outcome()
    outcome.refusal = error.kind
  } catch {
    fatalError("an error that the reader does not promise")
  }
  return outcome
}

/// Reads a form as a whole and in pieces, whose lengths the first two bytes tell; stops if the outcomes differ.
@_cdecl("LLVMFuzzerTestOneInput") public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let start, count > 2 else { return 0 }
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  let body = bytes[2...]
  let whole = outcome([body])
  var pieces: [ArraySlice<UInt8>] = []
  var rest = body
  var state = UInt(bytes[0]) << 8 | UInt(bytes[1])
  while !rest.isEmpty {
    state = state &* 25_214_903_917 &+ 11
    let piece = rest.prefix(Int(state >> 16 & 15) + 1)
    pieces.append(piece)
    rest = rest.dropFirst(piece.count)
  }
  guard outcome(pieces) == whole else { fatalError("the outcome depends on the pieces") }
  _ = try? HeaderValue(body)
  _ = try? URLEncodedForm(body)
  return 0
}
