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
      case .fuseMaps: "fuse maps"
      case .batchNorm, .relu, .add, .convert: "left over"
      }
    }
    let counts = Dictionary(kinds.map { ($0, 1) }, uniquingKeysWith: +)
    #expect(
      counts == [
        "convolution": 118, "max pool": 33, "upsample": 38, "sigmoid": 6, "concat": 50, "fuse maps": 1,
      ],
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

  /// Only a concat's result and its inputs share memory at the same time.
  @Test(arguments: [1, 2]) func valuesThatLiveTogetherDoNotOverlap(batch: Int) throws {
    let plan = Plan(try U2NetTable.small().graph(for: [batch, 3, 96, 128]), tuning: tuning)
    func bytes(_ value: Plan.Value) -> Range<Int> {
      let storage = plan.storages[value.storage]
      let plane = storage.shape.height * storage.shape.width
      let start = storage.offset + value.channelOffset * plane * value.precision.byteCount
      let images = (value.shape.batch - 1) * storage.shape.channels * plane
      return start..<start + (images + value.shape.channels * plane) * value.precision.byteCount
    }
    for (index, a) in plan.values.enumerated() {
      #expect(bytes(a).upperBound <= plan.arenaByteCount && plan.storages[a.storage].offset % 256 == 0, "\(a)")
      for b in plan.values[(index + 1)...] where a.storage != b.storage {
        guard let x = a.lifetime, let y = b.lifetime, x.overlaps(y) else { continue }
        #expect(!bytes(a).overlaps(bytes(b)), "\(a) and \(b)")
      }
    }
  }

  /// While a stage's result waits for the value that it is concatenated with, that value's place is used by others.
  @Test func aConcatsPlacesAreFreeUntilTheyAreNeeded() throws {
    let plan = Plan(try U2NetTable.small().graph(for: [1, 3, 320, 320]), tuning: tuning)
    let live = (0..<plan.steps.count).map { step in
      plan.values.reduce(0) { $0 + ($1.lifetime?.contains(step) == true ? $1.byteCount : 0) }
    }
    // A concat's inputs and result would be counted twice.
    let most = zip(plan.steps, live).filter { $0.0.operation != .concat }.map(\.1).max() ?? 0
    #expect(plan.arenaByteCount < most + most / 20, "\(plan.arenaByteCount) bytes for at most \(most) at one time")
  }

  @Test func lifetimesShrinkTheArena() {
    var apart = PlanOptions()
    apart.sharesMemory = false
    #expect(Plan(graph, tuning: tuning).arenaByteCount * 2 < Plan(graph, options: apart, tuning: tuning).arenaByteCount)
  }

  /// Planar values of 16 bits take half the memory. The network's input and outputs stay float32, and each is converted
  /// once.
  @Test(arguments: [Precision.float16, .bfloat16]) func planarValuesAreStoredInThePrecision(precision: Precision) {
    var single = tuning
    single.hasBlockKernels = false
    var narrow = single
    narrow.precision = precision
    let (full, half) = (Plan(graph, tuning: single), Plan(graph, tuning: narrow))
    let converted = half.steps.filter { $0.operation == .convert }
    #expect(converted.count == 1 + graph.outputs.count && half.steps.count == full.steps.count + converted.count)
    let singles = Set([half.input] + half.outputs)
    for (id, value) in half.values.enumerated() where value.lifetime != nil {
      #expect(value.precision == (singles.contains(id) ? .float32 : precision), "value \(id)")
    }
    #expect(half.arenaByteCount * 5 < full.arenaByteCount * 3)
  }

  @Test func blocksAreTheNetworksStages() {
    let stages = ["stage1", "stage2", "stage3", "stage4", "stage5", "stage6"]
    let decoder = ["stage5d", "stage4d", "stage3d", "stage2d", "stage1d", "fusion"]
    #expect(Plan(graph, tuning: tuning).blocks == stages + decoder)
  }
}
