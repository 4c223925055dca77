import Networks
import Tensors

extension Plan {
  /// Adds conversions where the steps that write and read a value store different precisions: at the borders of the
  /// network's blocks that a `PrecisionOverride` names, or, if planar values are not float32, at the input and the
  /// outputs.
  mutating func convertPrecisions(_ tuning: KernelTuning) {
    if tuning.planarPrecision == .float32 {
      convertBetweenBlocks(tuning)
    } else {
      storePlanarValues(as: tuning.planarPrecision)
    }
  }

  /// Stores what steps write in a precision other than float32. The network's input and outputs stay float32: the steps
  /// read a converted copy of the input, and the outputs are converted copies of what steps write.
  private mutating func storePlanarValues(as precision: Precision) {
    guard let first = steps.first, let last = steps.last else { return }
    for step in steps { setPrecision(of: step.output, precision) }
    let copy = addValue(of: values[input].shape, precision)
    let reading = Step(
      name: "input as \(precision.rawValue)", block: first.block, operation: .convert, inputs: [input], output: copy)
    for index in steps.indices { steps[index].inputs.replace(input, with: copy) }
    steps.insert(reading, at: 0)
    for id in Set(outputs).subtracting([input]).sorted() {
      let single = addValue(of: values[id].shape, .float32)
      let name = steps.first { $0.output == id }?.name ?? "output"
      steps.append(
        Step(
          name: "\(name) as \(Precision.float32.rawValue)", block: last.block, operation: .convert, inputs: [id],
          output: single))
      outputs.replace(id, with: single)
    }
  }

  mutating func setPrecision(of id: Value.ID, _ precision: Precision) {
    values[id].precision = precision
    storages[values[id].storage].precision = precision
  }

  /// Lets a block of the network read a converted copy of a value that a block of another precision has written.
  private mutating func convertBetweenBlocks(_ tuning: KernelTuning) {
    let writers = Dictionary(steps.map { ($0.output, $0) }, uniquingKeysWith: { first, _ in first })
    // The converted copies of each value, by precision.
    var copies: [Value.ID: [Precision: Value.ID]] = [:]
    var result: [Step] = []
    for var step in steps {
      let wanted = tuning.of(step).precision
      for (number, id) in step.inputs.enumerated() {
        // A value that does not fit blocks is planar and float32 in both blocks of the network.
        guard let writer = writers[id], tuning.of(writer).precision != wanted,
          values[id].shape.channels.isMultiple(of: channelsOfBlock)
        else { continue }
        if let copy = copies[id]?[wanted] {
          step.inputs[number] = copy
          continue
        }
        let copy = addValue(of: values[id].shape, .float32)
        result.append(
          Step(
            name: "\(writer.name) as \(wanted.rawValue)", block: step.block, operation: .convert, inputs: [id],
            output: copy))
        copies[id, default: [:]][wanted] = copy
        step.inputs[number] = copy
      }
      result.append(step)
    }
    steps = result
  }

  private mutating func addValue(of shape: Shape, _ precision: Precision) -> Value.ID {
    storages.append(Storage(shape: shape))
    values.append(Value(shape: shape, storage: storages.count - 1))
    setPrecision(of: values.count - 1, precision)
    return values.count - 1
  }
}

extension [Plan.Value.ID] {
  fileprivate mutating func replace(_ old: Plan.Value.ID, with new: Plan.Value.ID) {
    self = map { $0 == old ? new : $0 }
  }
}
