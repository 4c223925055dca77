import Networks
import Tensors

extension Plan {
  /// Stores values in blocks of 16 channels wherever possible: where the number of channels is a multiple of 16, and
  /// that of all values that must have the same layout is, too. Only a convolution can read one layout and write
  /// another.
  mutating func chooseBlockedLayouts(_ tuning: KernelTuning) {
    guard tuning.gpu?.isComplete ?? (tuning.precision == .float32) else { return }
    var groups = ValueGroups(count: values.count)
    for (id, value) in values.enumerated()
    where !value.shape.channels.isMultiple(of: channelsOfBlock) {
      groups.forbid(id)
    }
    for id in outputs + [input] { groups.forbid(id) }
    for step in steps {
      switch step.operation {
      case .convolution(let convolution, _, let epilogue):
        if !convolution.fitsBlocks { groups.forbid(step.inputs[0]) }
        if !tuning.of(step).computesOnBlocks(problem(of: convolution, in: step)) {
          groups.forbid(step.inputs[0])
          groups.forbid(step.output)
        }
        if epilogue == .reluAdd { groups.unite(step.inputs + [step.output]) }
      case .batchNorm:
        groups.forbid(step.output)
        groups.unite(step.inputs + [step.output])
      case .fuseMaps:
        for id in step.inputs + [step.output] { groups.forbid(id) }
      case .relu, .sigmoid, .maxPool, .upsample, .concat, .add, .convert:
        groups.unite(step.inputs + [step.output])
      }
    }
    // Every blocked value is written by a step.
    for step in steps where groups.allows(step.output) {
      let id = step.output
      let precision = tuning.of(step).precision
      values[id].layout = .blocked
      setPrecision(of: id, precision)
    }
  }

  /// Chooses how each convolution is computed: by the layouts of its input and output, and between blocks as the tuning
  /// says.
  mutating func chooseMethods(_ tuning: KernelTuning, winograd: Bool) {
    for (index, step) in steps.enumerated() {
      guard case .convolution(let convolution, _, _) = step.operation else { continue }
      steps[index].method =
        switch (values[step.inputs[0]].layout, values[step.output].layout) {
        case (.planar, .planar): .planar
        case (.planar, .blocked): .planarToBlocked
        case (.blocked, .planar): .blockedToPlanar
        case (.blocked, .blocked):
          .blocked(tuning.of(step).method(for: problem(of: convolution, in: step), winograd: winograd))
        }
    }
  }

  /// The convolutions on blocks, with the number of steps that compute each.
  package var problemCounts: [ConvolutionProblem: Int] {
    var counts: [ConvolutionProblem: Int] = [:]
    for step in steps {
      guard case .blocked = step.method, case .convolution(let convolution, _, _) = step.operation else { continue }
      counts[problem(of: convolution, in: step), default: 0] += 1
    }
    return counts
  }

  /// The properties of a convolution on blocks that decide how it is computed best.
  func problem(of convolution: Convolution, in step: Step) -> ConvolutionProblem {
    ConvolutionProblem(
      inChannels: inChannels(of: step), output: values[step.output].shape,
      kernel: convolution.kernel, dilation: convolution.dilation)
  }
}

extension Convolution {
  /// Whether the kernels on blocks can compute the convolution: the output has the size of the input, the taps lie
  /// around each pixel, and the padding is at most the kernel's MAX_PADDING.
  fileprivate var fitsBlocks: Bool {
    stride == 1 && !kernel.isMultiple(of: 2) && padding == dilation * (kernel / 2) && padding <= 8
  }
}

/// Sets of values that must have the same layout (union-find), and which sets must not be blocked.
private struct ValueGroups {
  private var parents: [Plan.Value.ID]
  private var forbidden: Set<Plan.Value.ID> = []

  init(count: Int) { parents = Array(0..<count) }

  private func root(_ id: Plan.Value.ID) -> Plan.Value.ID {
    var id = id
    while parents[id] != id { id = parents[id] }
    return id
  }

  mutating func unite(_ ids: [Plan.Value.ID]) {
    for id in ids.dropFirst() {
      let (a, b) = (root(ids[0]), root(id))
      parents[b] = a
      if forbidden.contains(b) { forbidden.insert(a) }
    }
  }

  mutating func forbid(_ id: Plan.Value.ID) { forbidden.insert(root(id)) }

  func allows(_ id: Plan.Value.ID) -> Bool { !forbidden.contains(root(id)) }
}
