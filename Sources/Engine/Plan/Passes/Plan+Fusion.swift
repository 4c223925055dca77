extension Plan {
  /// Folds each batch norm into the convolution before it, where nothing else reads that convolution.
  mutating func foldBatchNorms() {
    mergeIntoProducer { producer, step in
      guard case .batchNorm(let norm, relu: false) = step.operation,
        case .convolution(let convolution, folded: nil, epilogue: .bias) = producer.operation
      else { return nil }
      return .convolution(convolution, folded: norm, epilogue: .bias)
    }
  }

  /// Lets each convolution or batch norm do the ReLU behind it, where nothing else reads what comes before the ReLU.
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

  /// Lets the last convolution of a residual U-block add the residual.
  mutating func fuseResidualAdds() {
    mergeIntoProducer { producer, step in
      guard case .add = step.operation, step.inputs.first == producer.output,
        case .convolution(let convolution, let folded, epilogue: .relu) = producer.operation
      else { return nil }
      return .convolution(convolution, folded: folded, epilogue: .reluAdd)
    }
  }

  /// How often each value is read, by a step or as an output.
  func readerCounts() -> [Int] {
    var readers = [Int](repeating: 0, count: values.count)
    for step in steps { for input in step.inputs { readers[input] += 1 } }
    for output in outputs { readers[output] += 1 }
    return readers
  }

  /// Lets the step that computes another's first input do that other's work as well, where `merged` says how.
  ///
  /// The merged step runs when the second did, so that everything else the second reads has been computed.
  private mutating func mergeIntoProducer(_ merged: (_ producer: Step, _ step: Step) -> StepOperation?) {
    let readers = readerCounts()
    var result: [Step] = []
    // Where the step that computes a value stands in `result`.
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
    steps = result.enumerated().filter { !removed.contains($0.offset) }.map(\.element)
  }
}
