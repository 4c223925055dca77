import Tensors

extension Plan {
  /// Places the inputs of each concat in its result, so that they need not be copied.
  ///
  /// An input is still copied if it is the network's input, an output of the network, the result of a concat, or
  /// already part of another concat.
  mutating func concatenateInPlace() {
    let concats = steps.filter { $0.operation == .concat }
    let results = Set(concats.map(\.output))
    var placed = Set<Value.ID>()
    for concat in concats {
      var channel = 0
      for input in concat.inputs {
        if input != self.input, !results.contains(input), !outputs.contains(input), placed.insert(input).inserted {
          values[input].storage = values[concat.output].storage
          values[input].channelOffset = channel
        }
        channel += values[input].shape.channels
      }
    }
  }

  /// Whether a concat's input number `index` is in its place in the result.
  package func isInPlace(inputNumber index: Int, of step: Step) -> Bool {
    let input = values[step.inputs[index]]
    return input.storage == values[step.output].storage
      && input.channelOffset == channel(ofInputNumber: index, of: step)
  }

  /// The channel of a concat's result at which input number `index` begins.
  func channel(ofInputNumber index: Int, of step: Step) -> Int {
    step.inputs[..<index].reduce(0) { $0 + values[$1].shape.channels }
  }

  /// Sets the offset of every region: the largest first, each at the lowest offset where none of its parts overlaps a
  /// part of another region that is in use at the same time.
  ///
  /// Parts matter for large concats: the input that is computed first is there long before the others, whose places can
  /// hold other activations until then.
  mutating func placeInArena(sharing: Bool, guardByteCount: Int) {
    findLifetimes()
    let regions = storages.indices.map { id in
      sharing && guardByteCount == 0
        ? parts(of: id) : wholePart(of: id, sharing: sharing, guardByteCount: guardByteCount)
    }
    let order = storages.indices.filter { storages[$0].lifetime != nil }.sorted { a, b in
      (storages[b].byteCount, a) < (storages[a].byteCount, b)
    }
    var placed: [Part] = []
    for id in order {
      let offset = Self.lowestOffset(for: regions[id], among: placed)
      storages[id].offset = offset
      placed += regions[id].map { $0.moved(by: offset) }
    }
    arenaByteCount = placed.reduce(0) { max($0, $1.bytes.upperBound) }.roundedUp(toMultipleOf: Self.alignment)
  }

  /// A range of bytes of a region, and the steps from the first that writes them to the last that reads them.
  private struct Part {
    var bytes: Range<Int>
    let lifetime: ClosedRange<Int>

    func moved(by offset: Int) -> Part {
      Part(bytes: bytes.lowerBound + offset..<bytes.upperBound + offset, lifetime: lifetime)
    }
  }

  /// The alignment of regions, in bytes.
  private static let alignment = 256

  /// The parts of a region: one for each of its values. In a batch the images of a value are not contiguous, so the
  /// region is one part.
  private func parts(of id: Storage.ID) -> [Part] {
    guard storages[id].shape.batch == 1 else { return wholePart(of: id, sharing: true, guardByteCount: 0) }
    let plane = storages[id].shape.height * storages[id].shape.width
    return values.compactMap { value in
      guard value.storage == id, let lifetime = value.lifetime else { return nil }
      let start = value.channelOffset * plane * value.precision.byteCount
      return Part(bytes: start..<start + value.byteCount, lifetime: lifetime)
    }
  }

  /// A region with the guard bytes after it, as one part; in use all the time if memory is not shared.
  private func wholePart(of id: Storage.ID, sharing: Bool, guardByteCount: Int) -> [Part] {
    storages[id].lifetime.map { lifetime in
      let byteCount = storages[id].byteCount + guardByteCount
      return [Part(bytes: 0..<byteCount, lifetime: sharing ? lifetime : -1...steps.count)]
    } ?? []
  }

  /// The lowest offset where `parts` fit: 0, or one at which a part begins right after a part that is placed already.
  private static func lowestOffset(for parts: [Part], among placed: [Part]) -> Int {
    let obstacles = placed.filter { other in parts.contains { $0.lifetime.overlaps(other.lifetime) } }
    let candidates = obstacles.flatMap { other in
      parts.map { (other.bytes.upperBound - $0.bytes.lowerBound).roundedUp(toMultipleOf: alignment) }
    }
    return ([0] + candidates.filter { $0 > 0 }.sorted()).first { offset in
      parts.allSatisfy { part in
        let bytes = part.moved(by: offset).bytes
        return obstacles.allSatisfy { !$0.lifetime.overlaps(part.lifetime) || !$0.bytes.overlaps(bytes) }
      }
    } ?? 0
  }

  /// Sets the lifetimes of values and of their regions.
  private mutating func findLifetimes() {
    func extend(_ lifetime: inout ClosedRange<Int>?, to step: Int) {
      lifetime = min(lifetime?.lowerBound ?? step, step)...max(lifetime?.upperBound ?? step, step)
    }
    func use(_ value: Value.ID, at step: Int) {
      extend(&values[value].lifetime, to: step)
      extend(&storages[values[value].storage].lifetime, to: step)
    }
    use(input, at: -1)
    for (index, step) in steps.enumerated() {
      for value in step.inputs + [step.output] { use(value, at: index) }
    }
    for output in outputs { use(output, at: steps.count) }
  }
}
