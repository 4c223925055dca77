import Tensors

extension Plan {
  /// Gives the inputs of each concat their place in its result, so that nothing is left to copy.
  ///
  /// An input that lies in another concat already, that is one itself, or that is the network's input keeps its own
  /// place and is copied; so does one that is a result of the network.
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

  /// Whether input number `index` of a concat lies in its place in the result.
  package func isInPlace(inputNumber index: Int, of step: Step) -> Bool {
    let input = values[step.inputs[index]]
    return input.storage == values[step.output].storage
      && input.channelOffset == channel(ofInputNumber: index, of: step)
  }

  /// The first channel of input number `index` of a concat in its result.
  func channel(ofInputNumber index: Int, of step: Step) -> Int {
    step.inputs[..<index].reduce(0) { $0 + values[$1].shape.channels }
  }

  /// Gives every storage its offset: greedily by size, the largest first, each at the lowest offset that is free while
  /// it lives.
  mutating func placeInArena(sharing: Bool, guardCount: Int) {
    findLifetimes()
    let order = storages.indices.filter { storages[$0].lifetime != nil }.sorted { a, b in
      (storages[b].count, a) < (storages[a].count, b)
    }
    var placed: [Storage.ID] = []
    for id in order {
      let count = extent(of: id, guardCount: guardCount)
      var offset = 0
      for other in placed.sorted(by: { storages[$0].offset < storages[$1].offset }) {
        guard !sharing || lifetimesMeet(id, other) else { continue }
        if offset + count <= storages[other].offset { break }
        offset = max(offset, storages[other].offset + extent(of: other, guardCount: guardCount))
      }
      storages[id].offset = offset
      placed.append(id)
      arenaCount = max(arenaCount, offset + count)
    }
  }

  /// The elements a storage takes in the arena: a multiple of 64, so that every region is aligned to 256 bytes.
  private func extent(of id: Storage.ID, guardCount: Int) -> Int {
    (storages[id].count + guardCount + 63) / 64 * 64
  }

  private func lifetimesMeet(_ a: Storage.ID, _ b: Storage.ID) -> Bool {
    guard let a = storages[a].lifetime, let b = storages[b].lifetime else { return false }
    return a.overlaps(b)
  }

  private mutating func findLifetimes() {
    func extend(_ value: Value.ID, to step: Int) {
      let id = values[value].storage
      let lifetime = storages[id].lifetime ?? step...step
      storages[id].lifetime = min(lifetime.lowerBound, step)...max(lifetime.upperBound, step)
    }
    extend(input, to: -1)
    for (index, step) in steps.enumerated() {
      for value in step.inputs + [step.output] { extend(value, to: index) }
    }
    for output in outputs { extend(output, to: steps.count) }
  }
}
