import Engine
import Networks
import Tensors
import Testing

@Suite struct PlanTests {
  private let graph: Graph
  private let tuning = KernelTuning(isCPU: true, computeUnits: 2)

  init() throws { graph = try U2NetTable.small().graph(for: [1, 3, 96, 128]) }

  @Test func everyNodeIsAStepWithoutPasses() {
    #expect(Plan(graph, options: .unfused, tuning: tuning).steps.count == graph.nodes.count - 1)
  }

  @Test func passesLeaveConvolutionsPoolsAndUpsamples() {
    let plan = Plan(graph, tuning: tuning)
    let kinds = plan.steps.map { step in
      switch step.operation {
      case .convolution: "convolution"
      case .maxPool: "max pool"
      case .upsample: "upsample"
      case .sigmoid: "sigmoid"
      case .concat: "concat"
      case .batchNorm, .relu, .add: "left over"
      }
    }
    let counts = Dictionary(kinds.map { ($0, 1) }, uniquingKeysWith: +)
    #expect(
      counts == ["convolution": 119, "max pool": 33, "upsample": 38, "sigmoid": 7, "concat": 51],
      "\(counts)")
  }

  @Test func nothingIsLeftToCopy() {
    let plan = Plan(graph, tuning: tuning)
    for step in plan.steps where step.operation == .concat {
      for number in step.inputs.indices {
        #expect(plan.isInPlace(inputNumber: number, of: step), "\(step.name)[\(number)]")
      }
    }
  }

  @Test func storagesThatLiveTogetherDoNotOverlap() {
    let plan = Plan(graph, tuning: tuning)
    let used = plan.storages.filter { $0.lifetime != nil }
    for (index, a) in used.enumerated() {
      for b in used[(index + 1)...] {
        guard let x = a.lifetime, let y = b.lifetime, x.overlaps(y) else { continue }
        let apart = a.offset + a.shape.elementCount <= b.offset || b.offset + b.shape.elementCount <= a.offset
        #expect(apart, "\(a) and \(b)")
      }
    }
  }

  @Test func lifetimesShrinkTheArena() {
    var apart = PlanOptions()
    apart.sharesMemory = false
    #expect(Plan(graph, tuning: tuning).arenaCount * 2 < Plan(graph, options: apart, tuning: tuning).arenaCount)
  }

  @Test func blocksAreTheNetworksStages() {
    let stages = ["stage1", "stage2", "stage3", "stage4", "stage5", "stage6"]
    let decoder = ["stage5d", "stage4d", "stage3d", "stage2d", "stage1d", "fusion"]
    #expect(Plan(graph, tuning: tuning).blocks == stages + decoder)
  }
}
