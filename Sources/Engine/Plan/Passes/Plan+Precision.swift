import Networks
import Tensors

extension Plan {
  /// Where a block of one precision reads what a block of another has written, lets it read a converted copy.
  mutating func convertPrecisions(_ tuning: KernelTuning) {
    let writers = Dictionary(steps.map { ($0.output, $0) }, uniquingKeysWith: { first, _ in first })
    // The copies of each value, by their precision.
    var copies: [Value.ID: [Precision: Value.ID]] = [:]
    var result: [Step] = []
    for var step in steps {
      let wanted = tuning.of(step).precision
      for (number, id) in step.inputs.enumerated() {
        // What fits no blocks is planar, and float32 in any case.
        guard let writer = writers[id], tuning.of(writer).precision != wanted,
          values[id].shape.channels.isMultiple(of: 16)
        else { continue }
        if let copy = copies[id]?[wanted] {
          step.inputs[number] = copy
          continue
        }
        let copy = addValue(of: values[id].shape)
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

  private mutating func addValue(of shape: Shape) -> Value.ID {
    storages.append(Storage(shape: shape))
    values.append(Value(shape: shape, storage: storages.count - 1))
    return values.count - 1
  }
}
