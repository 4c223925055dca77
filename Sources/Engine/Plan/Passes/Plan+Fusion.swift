extension Plan {
  /// Folds each batch norm into the convolution before it, if nothing else reads that convolution's result.
  mutating func foldBatchNorms() {
    mergeIntoProducer { producer, step in
      guard case .batchNorm(let norm, relu: false) = step.operation,
        case .convolution(let convolution, folded: nil, epilogue: .bias) = producer.operation
      else { return nil }
      return .convolution(convolution, folded: norm, epilogue: .bias)
    }
  }

  /// Lets each convolution or batch norm apply the ReLU after it, if nothing else reads the ReLU's input.
  mutating func fuseReLUs() {
    mergeIntoProducer { producer, step in
      guard case .relu = step.operation else { return nil }
      switch producer.operation {
      case .convolution(let convolution, let folded, epilogue: .bias):
        return .convolution(convolution, folded: folded, epilogue: .relu)
      case .batchNorm(let norm, relu: false):
        return .batchNorm(norm, relu: true)
      default:
        return nil
      }
    }
  }

  /// Lets the last convolution of each residual U-block add the residual.
  mutating func fuseResidualAdds() {
    mergeIntoProducer { producer, step in
      guard case .add = step.operation, step.inputs.first == producer.output,
        case .convolution(let convolution, let folded, epilogue: .relu) = producer.operation
      else { return nil }
      return .convolution(convolution, folded: folded, epilogue: .reluAdd)
    }
  }

  /// The number of readers of each value: steps, and one more for each output of the network.
  func readerCounts() -> [Int] {
    var readers = [Int](repeating: 0, count: values.count)
    for step in steps { for input in step.inputs { readers[input] += 1 } }
    for output in outputs { readers[output] += 1 }
    return readers
  }

  /// The index of the step that computes each value.
  func producers() -> [Value.ID: Int] {
    Dictionary(uniqueKeysWithValues: steps.indices.map { (steps[$0].output, $0) })
  }

  /// Removes the steps at these indices.
  mutating func removeSteps(_ removed: Set<Int>) {
    steps = steps.indices.filter { !removed.contains($0) }.map { steps[$0] }
  }

  /// Merges a step with the one that computes its first input, if `merged` returns the operation that replaces both.
  ///
  /// The merged step runs in place of the second step, when all other inputs of the second have been computed.
  private mutating func mergeIntoProducer(_ merged: (_ producer: Step, _ step: Step) -> StepOperation?) {
    let readers = readerCounts()
    var result: [Step] = []
    // The index in `result` of the step that computes a value.
    var producers: [Value.ID: Int] = [:]
    var removed = Set<Int>()
    for var step in steps {
      if let input = step.inputs.first, readers[input] == 1, let index = producers[input],
        let operation = merged(result[index], step)
      {
        step.operation = operation
        step.inputs = result[index].inputs + step.inputs.dropFirst()
        removed.insert(index)
      }
      producers[step.output] = result.count
      result.append(step)
    }
    steps = result
    removeSteps(removed)
  }
}
