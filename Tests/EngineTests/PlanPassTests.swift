import Engine
import Networks
import OpenCL
import Tensors
import TestSupport
import Testing

/// The passes one by one: what each changes, what it leaves alone, and that it changes no result.
@Suite struct PlanPassTests {
  private static let tuning = KernelTuning(isCPU: true, computeUnits: 2)
  private static let shape: Shape = [1, 16, 12, 20]
  /// A tuning in which convolutions resample their input wherever they can.
  private static let resampling: KernelTuning = {
    var tuning = onGPU(.float32)
    tuning.gpu?.alwaysResamples = true
    return tuning
  }()

  private static func onGPU(_ precision: Precision) -> KernelTuning {
    var tuning = tuning
    tuning.gpu = GPUTuning(precision, localMemory: 32 << 10, maxGroup: 256, computeUnits: 8)
    return tuning
  }
  /// A tuning in which one block of the network is float32 and the others are half precision.
  private static var mixed: KernelTuning {
    var mixed = onGPU(.float16)
    mixed.exception = PrecisionOverride(blocks: ["sides"], tuning: onGPU(.float32))
    return mixed
  }

  /// The options that enable each pass and only those other passes without which it would have nothing to do.
  private static let alone: [(pass: PlanPass, options: PlanOptions)] = [
    (.foldBatchNorm, only(\.foldsBatchNorm)), (.fuseReLU, only(\.fusesReLU)),
    (.fuseResidualAdd, only(\.foldsBatchNorm, \.fusesReLU, \.fusesResidual)),
    (.fuseSideMaps, only(\.fusesSideMaps)), (.convertPrecisions, only(\.foldsBatchNorm, \.usesBlocks)),
    (.chooseBlockedLayouts, only(\.foldsBatchNorm, \.usesBlocks)),
    (.fuseResampling, only(\.foldsBatchNorm, \.fusesReLU, \.usesBlocks, \.fusesResampling)),
    (.concatenateInPlace, only(\.concatenatesInPlace)),
    (.chooseMethods, only(\.foldsBatchNorm, \.usesBlocks, \.usesWinograd)), (.placeInArena, only(\.sharesMemory)),
  ]

  private static func only(_ wanted: WritableKeyPath<PlanOptions, Bool>...) -> PlanOptions {
    var options = PlanOptions.unfused
    for option in wanted { options[keyPath: option] = true }
    return options
  }

  @Test func passesHaveNames() {
    let names = PlanPass.all.map(\.name)
    #expect(Set(names).count == names.count && names.last == "place in arena")
    #expect(PlanPass.all.allSatisfy { !$0.name.isEmpty && !$0.purpose.isEmpty && !$0.purpose.contains("\n") })
    #expect(names == Self.alone.map(\.pass.name), "a pass that is not tested alone")
  }

  /// On a residual U-block with two side maps, where every pass has something to do.
  @Test(.disabled(if: TestBudget.isBounded, "whole blocks take a simulator minutes"), arguments: alone.indices)
  func aPassAloneChangesNoResult(index: Int) throws {
    let (pass, options) = Self.alone[index]
    var builder = try GraphBuilder(input: [1, 3, 21, 34])
    let block = try builder.residualUBlock(RSU(depth: 4, in: 3, mid: 16, out: 16), of: builder.input, prefix: "")
    builder.begin(block: "sides")
    let sides = ["side1", "side2"].map { Convolution(weight: $0, bias: nil, outChannels: 1) }
    let side1 = try builder.add(.convolution(sides[0]), to: [block], name: "side1")
    let pool = try builder.add(.maxPool(MaxPool(kernel: 2, stride: 2, ceilMode: true)), to: [block], name: "pool")
    let side2 = try builder.add(.convolution(sides[1]), to: [pool], name: "side2")
    let upsample = try builder.add(.upsample(to: Size(height: 21, width: 34)), to: [side2], name: "upsample")
    let concat = try builder.add(.concat, to: [side1, upsample], name: "concat")
    let fusion = Convolution(weight: "fusion", bias: nil, outChannels: 1, kernel: 1)
    let fused = try builder.add(.convolution(fusion), to: [concat], name: "fused")
    let graph = builder.finish(outputs: [("block", block), ("fused", fused)])
    let (tuning, variant) =
      switch pass.name {
      case PlanPass.convertPrecisions.name:
        (Self.mixed, Variant.mixed(singleBlocks: ["sides"], options: options))
      case PlanPass.fuseResampling.name: (Self.resampling, Variant.resampling(.float32, options))
      default: (Self.tuning, Variant(description: pass.name, options: options, tiles: nil, tolerance: 5e-5))
      }
    let change = try #require(
      PlanChange.all(of: graph, options: options, tuning: tuning).first { $0.pass.name == pass.name })
    #expect(change.ran && (change.changedSteps > 0 || change.changedValues > 0), "\(pass.name)")
    try expectAgreement(of: graph, seed: 50, variants: [variant])
  }

  @Test func aBatchNormIsFoldedOnce() throws {
    var plan = try plan([.convolution(convolution), .batchNorm(BatchNorm(prefix: "n")), .relu])
    apply(.foldBatchNorm, to: &plan)
    #expect(plan.steps.map(\.name) == ["1", "2"])
    #expect(plan.steps[0].operation == .convolution(convolution, folded: BatchNorm(prefix: "n"), epilogue: .bias))
    let folded = plan
    apply(.foldBatchNorm, to: &plan)
    #expect(plan.steps == folded.steps)
  }

  /// The convolution's result has another reader than the batch norm.
  @Test func aConvolutionThatIsReadTwiceIsNotChanged() throws {
    var builder = try GraphBuilder(input: Self.shape)
    let sums = try builder.add(.convolution(convolution), to: [builder.input], name: "sums")
    let norm = try builder.add(.batchNorm(BatchNorm(prefix: "n")), to: [sums], name: "norm")
    let relu = try builder.add(.relu, to: [sums], name: "relu")
    let add = try builder.add(.add, to: [norm, relu], name: "add")
    var plan = Plan(lowering: builder.finish(outputs: [("add", add)]))
    for pass in [PlanPass.foldBatchNorm, .fuseReLU, .fuseResidualAdd] { apply(pass, to: &plan) }
    #expect(plan.steps.map(\.name) == ["sums", "norm", "relu", "add"])
  }

  @Test func aReLUIsPartOfWhatItClips() throws {
    var plan = try plan([.convolution(convolution), .relu, .batchNorm(BatchNorm(prefix: "n")), .relu, .sigmoid, .relu])
    apply(.fuseReLU, to: &plan)
    #expect(
      plan.steps.map(\.operation) == [
        .convolution(convolution, folded: nil, epilogue: .relu), .batchNorm(BatchNorm(prefix: "n"), relu: true),
        .sigmoid, .relu,
      ])
  }

  @Test func concatenatingInPlaceLeavesNothingToCopy() throws {
    var builder = try GraphBuilder(input: Self.shape)
    let a = try builder.add(.relu, to: [builder.input], name: "a")
    let b = try builder.add(.sigmoid, to: [builder.input], name: "b")
    let joined = try builder.add(.concat, to: [a, b, builder.input], name: "joined")
    var plan = Plan(lowering: builder.finish(outputs: [("joined", joined)]))
    #expect(plan.launchCount(Self.tuning) == 5)
    apply(.concatenateInPlace, to: &plan)
    // The network's input is copied.
    #expect(plan.launchCount(Self.tuning) == 3 && plan.values[b].channelOffset == 16)
    #expect(plan.values[a].storage == plan.values[joined].storage && plan.steps.count == 3)
  }

  /// A map that is pooled or upsampled for one convolution, and its concatenation with another, are not stored.
  @Test func convolutionsResampleWhatTheyRead() throws {
    var tuning = Self.onGPU(.float16)
    tuning.gpu?.alwaysResamples = true
    let graph = try resamplingGraph(on: [2, 3, 12, 20])
    let plan = Plan(graph, tuning: tuning)
    let found = plan.steps.filter { $0.resampling != nil }
    #expect(found.map(\.name) == ["b", "c", "d", "e"])
    #expect(found.map(\.resampling) == [.maxPool, .maxPool, .upsample(.halfPixel), .upsample(.halfPixel)])
    #expect(found.map(\.inputs.count) == [1, 1, 1, 3] && plan.steps.count == 6)
    tuning.gpu?.alwaysResamples = false
    tuning.gpu?.launchClocks = -1e9
    #expect(Plan(graph, tuning: tuning).steps.allSatisfy { $0.resampling == nil })
  }

  /// A map with several readers is stored, and its convolution reads the stored map.
  @Test func whatOthersReadIsNotResampled() throws {
    var tuning = Self.onGPU(.float32)
    tuning.gpu?.alwaysResamples = true
    for readsGrown in [false, true] {
      var builder = try GraphBuilder(input: Self.shape)
      func convolution(_ name: String) -> Networks.Operation {
        .convolution(Convolution(weight: name, bias: nil, outChannels: 16))
      }
      let a = try builder.add(convolution("a"), to: [builder.input], name: "a")
      let grown = try builder.add(.upsample(to: Size(height: 24, width: 40)), to: [a], name: "grown")
      let b = try builder.add(convolution("b"), to: [grown], name: "b")
      let both = try builder.add(.concat, to: [grown, readsGrown ? grown : b], name: "both")
      let c = try builder.add(convolution("c"), to: [both], name: "c")
      let plan = Plan(builder.finish(outputs: [("c", c)]), tuning: tuning)
      #expect(plan.steps.allSatisfy { $0.resampling == nil })
    }
  }

  @Test func blocksAreForChannelsBySixteen() throws {
    var plan = try plan([
      .convolution(convolution), .relu, .convolution(Convolution(weight: "o", bias: nil, outChannels: 3)),
    ])
    apply(.chooseBlockedLayouts, to: &plan)
    #expect(plan.values.map(\.layout) == [.planar, .blocked, .blocked, .planar])
    apply(.chooseMethods, to: &plan)
    #expect(plan.steps.map(\.method) == [.planarToBlocked, .planar, .blockedToPlanar])
    #expect(!PlanPass.chooseBlockedLayouts.isWanted(PlanOptions(), KernelTuning(isCPU: false, computeUnits: 2)))
  }

  @Test func theArenaIsShared() throws {
    let lowered = try plan([.relu, .sigmoid, .relu, .sigmoid])
    var (shared, apart) = (lowered, lowered)
    apply(.placeInArena, to: &shared)
    apply(.placeInArena, to: &apart, .unfused)
    let byteCount = Self.shape.elementCount * MemoryLayout<Float>.stride
    #expect(lowered.activationByteCount == apart.arenaByteCount && apart.arenaByteCount == 5 * byteCount)
    #expect(shared.arenaByteCount == 2 * byteCount && shared.activationByteCount == shared.arenaByteCount)
  }

  /// Whoever explains a plan tells of every pass, in order, and ends at the plan that runs.
  @Test func changesLeadFromTheGraphToThePlan() throws {
    let graph = try U2NetTable.small().graph(for: [1, 3, 96, 128])
    for options in [PlanOptions(), .unfused] {
      let changes = PlanChange.all(of: graph, options: options, tuning: Self.tuning)
      #expect(changes.map(\.pass.name) == PlanPass.all.map(\.name))
      #expect(changes.first?.before.steps.count == graph.nodes.count - 1)
      for (change, next) in zip(changes, changes.dropFirst()) { #expect(change.after.steps == next.before.steps) }
      for change in changes where !change.ran { #expect(change.changedSteps == 0 && change.changedValues == 0) }
      let plan = Plan(graph, options: options, tuning: Self.tuning)
      #expect(changes.last?.after.steps == plan.steps && changes.last?.after.arenaByteCount == plan.arenaByteCount)
    }
    let unfused = PlanChange.all(of: graph, options: .unfused, tuning: Self.tuning)
    #expect(unfused.filter(\.ran).map(\.pass.name) == ["choose methods", "place in arena"])
  }

  /// A plan's number of launches is that of the recorded launches, also for Winograd's method in several launches.
  @Test(.disabled(if: TestBudget.isBounded, "whole networks take a simulator minutes"))
  func launchesAreCounted() throws {
    let graph = try U2NetTable.small().graph(for: [1, 3, 128, 96])
    for session in sessions {
      let tuning = KernelTuning(for: session.device)
      for options in [PlanOptions(), .unfused] {
        let executor = try Executor(
          graph: graph, parameters: SeededParameters(for: graph), session: session, options: options, tuning: tuning)
        #expect(Plan(graph, options: options, tuning: tuning).launchCount(tuning) == executor.launchCount)
        #expect(executor.planChanges.last?.launchCounts.after == executor.launchCount)
        let recorded = executor.recordedSteps
        #expect(recorded.map(\.step.name) == executor.plan.steps.map(\.name))
        #expect(recorded.reduce(0) { $0 + $1.launches.count } == executor.launchCount)
        let scratch = recorded.map(\.scratchByteCount).max() ?? 0
        #expect(scratch == executor.memory.scratch)
      }
    }
  }

  private let convolution = Convolution(weight: "w", bias: "b", outChannels: 16)

  /// The lowered plan of a sequence of operations, which are named by their index.
  private func plan(_ operations: [Networks.Operation]) throws -> Plan {
    var builder = try GraphBuilder(input: Self.shape)
    var node = builder.input
    for (index, operation) in operations.enumerated() {
      node = try builder.add(operation, to: [node], name: "\(index)")
    }
    return Plan(lowering: builder.finish(outputs: [("output", node)]))
  }

  private func apply(_ pass: PlanPass, to plan: inout Plan, _ options: PlanOptions = PlanOptions()) {
    pass.apply(&plan, options, Self.tuning)
  }
}
