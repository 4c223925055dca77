import Engine
import Networks
import OpenCL
import TestSupport
import Tensors
import Testing

/// The kernels for sub-groups, on devices that have them: Intel's runtime does, PoCL 3.1 and Oclgrind do not.
@Suite struct SubgroupTests {
  /// A tile, a precision, and the size of sub-groups.
  struct Case: Sendable, CustomTestStringConvertible {
    let pixels: Int
    let outputs: Int
    let splitK: Int
    let precision: Precision
    var batch = 1
    var lanes = 16

    var testDescription: String {
      "\(pixels)×\(outputs), split-K \(splitK), \(precision), batch \(batch), \(lanes) lanes"
    }

    /// A variant that uses the tile for every convolution on blocks, on devices that support it.
    var variant: Variant {
      Variant(
        description: testDescription, options: PlanOptions(), tiles: nil,
        tolerance: precision == .float16 ? halfTolerance : 0,
        gpu: { device in
          var gpu = GPUTuning(for: device, precision: precision)
          gpu.subgroups = SubgroupKernels(for: device, precision: precision, requiredLanes: lanes)
          return gpu
        },
        method: { tuning, problem in
          let tile = SubgroupConvolution(pixels: pixels, outputs: outputs, splitK: splitK)
          return tile.map { .subgroup($0) } ?? tuning.method(for: problem, winograd: false)
        })
    }
  }

  private static let every: [Case] = Precision.onBlocksOfGPUs.flatMap { precision in
    SubgroupConvolution.tiles.enumerated().map { index, tile in
      Case(
        pixels: tile.pixels, outputs: tile.outputs, splitK: index % 3 + 1, precision: precision, batch: index % 5 + 1)
    }
  }

  /// The smallest tiles, which compile fastest.
  private static let few: [Case] = [
    Case(pixels: 4, outputs: 1, splitK: 1, precision: .float32, batch: 5),
    Case(pixels: 4, outputs: 2, splitK: 3, precision: .float32, batch: 2),
    Case(pixels: 5, outputs: 1, splitK: 2, precision: .float16, batch: 3),
    Case(pixels: 4, outputs: 1, splitK: 2, precision: .float32, batch: 4, lanes: 32),
    Case(pixels: 4, outputs: 1, splitK: 1, precision: .float16, lanes: 64),
  ]

  @Test(
    .enabled(if: SubgroupTests.areThere, "no device with sub-groups whose size can be asked for"),
    .disabled(if: TestBudget.isBounded), arguments: TestBudget.isThorough ? every : few)
  func agrees(with it: Case) throws {
    try expectAgreement(of: gpuGraph(on: [it.batch, 3, 7, 11], dilation: 3), seed: 52, variants: [it.variant])
  }

  /// Whether all devices of this machine have sub-groups, so that there is something to compare.
  private static let areThere = sessions.allSatisfy { SubgroupKernels(for: $0.device, precision: .float32) != nil }

  /// The tiles for GPUs with sub-groups of 16 (Intel), 64 (AMD) and 128 work-items.
  @Test(arguments: [16, 32, 64, 128]) func everyConvolutionHasCandidatesThatFit(lanes: Int) throws {
    let kernels = try #require(SubgroupKernels(lanes: lanes, computeUnits: 64))
    for (inChannels, outChannels, side) in [(16, 16, 320), (64, 16, 10), (512, 512, 20), (1024, 256, 3), (32, 48, 1)] {
      for batch in [1, 16] {
        let problem = ConvolutionProblem(
          inChannels: inChannels, output: [batch, outChannels, side, side], kernel: 3, dilation: 2)
        let candidates = kernels.candidates(for: problem)
        #expect((1...6).contains(candidates.count) && Set(candidates).count == candidates.count, "\(problem)")
        for tile in candidates {
          #expect(kernels.accepts(tile), "\(problem): \(tile)")
          let parts = tile.parts(inChannels: inChannels)
          #expect(parts.count <= tile.splitK && parts.count * parts.blocks * 16 >= inChannels, "\(problem): \(tile)")
        }
      }
    }
  }

  /// Small maps with many channels are divided so that few compute units are idle.
  @Test func smallMapsKeepTheDeviceBusy() throws {
    let kernels = try #require(SubgroupKernels(lanes: 16, computeUnits: 96))
    let problem = ConvolutionProblem(inChannels: 512, output: [1, 512, 10, 10], kernel: 3, dilation: 1)
    let tile = try #require(kernels.candidates(for: problem).first)
    #expect(kernels.count(of: tile, for: problem.output) * tile.splitK >= 400, "\(tile)")
  }

  /// The candidates follow from what the device reports, and a journal's method is ignored if the device lacks its
  /// kernels.
  @Test func theyAreOfferedWhereTheyAre() throws {
    let problem = ConvolutionProblem(inChannels: 64, output: [1, 64, 20, 20], kernel: 3, dilation: 1)
    var gpu = GPUTuning(.float32, localMemory: 32 << 10, maxGroup: 256, computeUnits: 8)
    let without = gpu.methods(for: problem)
    gpu.subgroups = SubgroupKernels(lanes: 16, computeUnits: 96)
    let tuned = gpu.methods(for: problem)
    gpu.prefersSubgroups = true
    let first = gpu.methods(for: problem)
    #expect(without.allSatisfy { !isSubgroup($0) } && tuned.starts(with: without))
    #expect(tuned.contains(where: isSubgroup) && isSubgroup(first[0]) && Set(first) == Set(tuned))
  }

  private func isSubgroup(_ method: BlockedMethod) -> Bool { if case .subgroup = method { true } else { false } }
}
