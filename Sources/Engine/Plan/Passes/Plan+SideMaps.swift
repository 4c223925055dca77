import Networks
import Tensors

extension Plan {
  /// Lets a 1×1 convolution of concatenated maps resample the maps itself and apply the sigmoid after it. The fusion of
  /// U²-Net's six side maps becomes one launch, and the resampled maps are not stored.
  ///
  /// The step that resamples a map stays if the resampled map has other readers, such as when it is an output.
  mutating func fuseSideMaps() {
    let readers = readerCounts()
    let producers = producers()
    var removed = Set<Int>()
    for index in steps.indices {
      guard case .convolution(let convolution, folded: nil, epilogue: .bias) = steps[index].operation,
        convolution.isPointwise, let concat = producers[steps[index].inputs[0]], readers[steps[concat].output] == 1,
        steps[concat].operation == .concat, let maps = sideMaps(of: steps[concat], producers, readers)
      else { continue }
      removed.formUnion(maps.compactMap(\.upsample) + [concat])
      steps[index].inputs = maps.map(\.value)
      let sigmoid = steps.indices.first { steps[$0].operation == .sigmoid && steps[$0].inputs == [steps[index].output] }
      if let sigmoid, readers[steps[index].output] == 1 {
        steps[index] = Step(
          name: steps[sigmoid].name, block: steps[index].block,
          operation: .fuseMaps(convolution, sigmoid: true), inputs: steps[index].inputs, output: steps[sigmoid].output)
        removed.insert(sigmoid)
      } else {
        steps[index].operation = .fuseMaps(convolution, sigmoid: false)
      }
    }
    removeSteps(removed)
  }

  /// The largest number of maps that the kernel takes.
  private static let maximumSideMaps = 8

  /// The maps that a concat brings together, before they are resampled, and the steps that resample for the concat
  /// alone; nil if the kernel cannot fuse them.
  private func sideMaps(
    of concat: Step, _ producers: [Value.ID: Int], _ readers: [Int]
  ) -> [(value: Value.ID, upsample: Int?)]? {
    let channels = values[concat.inputs[0]].shape.channels
    let size = values[concat.output].shape
    guard concat.inputs.count <= Self.maximumSideMaps,
      concat.inputs.allSatisfy({ values[$0].shape.channels == channels })
    else { return nil }
    return concat.inputs.map { input in
      guard let index = producers[input], steps[index].operation == .upsample(.halfPixel),
        values[steps[index].inputs[0]].shape.width <= size.width
      else { return (input, nil) }
      return (steps[index].inputs[0], readers[input] == 1 ? index : nil)
    }
  }
}

extension Convolution {
  /// Whether the kernel is 1×1, with stride 1 and no padding.
  fileprivate var isPointwise: Bool { kernel == 1 && stride == 1 && padding == 0 }
}
