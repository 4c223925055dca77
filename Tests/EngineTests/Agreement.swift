import Engine
import Networks
import OpenCL
import Reference
import Tensors
import TestSupport
import Testing

/// A session on each device of this machine. Every test runs on all of them.
let sessions: [DeviceSession] = ((try? Device.all()) ?? []).compactMap { try? DeviceSession(device: $0) }

/// The number of guard bytes after every region of memory, which must stay unchanged.
private let guardByteCount = 77 * MemoryLayout<Float>.stride

/// The tolerance of half precision, relative to the largest value: a few roundings of activations and weights by 2⁻¹¹.
let halfTolerance: Float = 4e-3

/// A way to run a test's graph.
struct Variant: Sendable, CustomStringConvertible {
  let description: String
  let options: PlanOptions
  /// The pixels and channels that a work-item of the portable convolution computes; nil for the device's default.
  let tiles: (pixels: Int, channels: Int)?
  /// The tolerance, relative to the largest value, unless the test's own is larger.
  var tolerance: Float = 0
  /// The number of float32 values in a vector register; nil for the device's own.
  var lanes: Int?
  /// Whether to use the constants and work-groups of a GPU: planar activations, large work-groups.
  var asOnGPU = false
  /// The kernels on blocks for GPUs; nil for the device's own kernels.
  var gpu: (@Sendable (Device) -> GPUTuning)?
  /// The precision in which GPUs use their own kernels, while other devices are skipped; nil for all devices.
  var own: Precision?
  /// The blocks of the network that are stored as float32 in any case.
  var singleBlocks: Set<String> = []
  /// The method of every convolution on blocks; nil if the tuning chooses.
  var method: (@Sendable (KernelTuning, ConvolutionProblem) -> BlockedMethod)?

  static let all: [Variant] = TestBudget.isBounded ? Array(every.prefix(10)) : every

  /// The kernels on blocks for GPUs, with tiles so small that one program suffices for all dilations. Convolutions
  /// resample their input wherever they can, or nowhere.
  private static func onGPUBlocks(
    _ precision: Precision, _ options: PlanOptions = PlanOptions(), resamples: Bool = false
  ) -> Variant {
    Variant(
      description: "blocks of \(precision) as on a GPU\(resamples ? ", resampled while they are read" : "")",
      options: options, tiles: nil, tolerance: precision == .float16 ? halfTolerance : 0,
      gpu: { device in
        var gpu = GPUTuning(for: device, precision: precision)
        gpu.alwaysResamples = resamples
        gpu.launchClocks = -1e9
        return gpu
      },
      method: { _, problem in
        .implicitGEMM(
          ImplicitGEMM(
            .fma, tile: MultiplyMethod.fma.smallestTile, width: 5, height: 4, splitK: 1 + problem.inChannels / 32 % 2))
      })
  }

  /// A GPU's default kernels, with divisions of the default size.
  private static func own(_ precision: Precision) -> Variant {
    Variant(
      description: "a GPU's own kernels on blocks of \(precision)", options: PlanOptions(), tiles: nil,
      tolerance: precision == .float16 ? halfTolerance : 0, own: precision)
  }

  /// Half precision, except for some blocks of the network.
  static func mixed(singleBlocks: Set<String>, options: PlanOptions = PlanOptions()) -> Variant {
    var variant = onGPUBlocks(.float16, options)
    variant.singleBlocks = singleBlocks
    return variant
  }

  /// Convolutions that resample their input while reading it.
  static func resampling(_ precision: Precision, _ options: PlanOptions = PlanOptions()) -> Variant {
    onGPUBlocks(precision, options, resamples: true)
  }

  static let fused = Variant(description: "fused", options: PlanOptions(), tiles: nil)

  private static let every: [Variant] = [
    fused,
    Variant(description: "unfused", options: .unfused, tiles: nil),
    Variant(
      description: "Winograd's method in one launch", options: PlanOptions(), tiles: nil, tolerance: 5e-5,
      method: { tuning, problem in problem.fitsWinograd ? .winogradFused(tiles: 3) : tuning.directMethod(for: problem) }
    ),
    Variant(
      description: "Winograd's method in several launches", options: PlanOptions(), tiles: nil, tolerance: 5e-5,
      method: { tuning, problem in
        problem.fitsWinograd ? .winogradNonfused(tiles: 4) : tuning.directMethod(for: problem)
      }),
    Variant(
      description: "Winograd's method in one launch, vectors of 4 lanes", options: PlanOptions(), tiles: nil,
      tolerance: 5e-5, lanes: 4,
      method: { tuning, problem in problem.fitsWinograd ? .winogradFused(tiles: 4) : tuning.directMethod(for: problem) }
    ),
    Variant(
      description: "Winograd's method in several launches, vectors of 8 lanes", options: PlanOptions(), tiles: nil,
      tolerance: 5e-5, lanes: 8,
      method: { tuning, problem in
        problem.fitsWinograd ? .winogradNonfused(tiles: 8) : tuning.directMethod(for: problem)
      }),
    onGPUBlocks(.float32),
    onGPUBlocks(.float16),
    resampling(.float32), resampling(.float16),
    Variant(description: "fused, tiles of 4×3", options: PlanOptions(), tiles: (4, 3)),
    Variant(description: "fused, tiles of 8×8", options: PlanOptions(), tiles: (8, 8)),
    Variant(description: "fused, as on a GPU", options: PlanOptions(), tiles: (4, 8), asOnGPU: true),
    own(.float32), own(.float16),
  ]
}

/// Checks that the engine computes the same as the reference, element by element, on every device and in every variant,
/// and that no kernel writes beyond its output.
func expectAgreement(
  of graph: Graph, parameters: (any ParameterSource)? = nil, within tolerance: Float = 1e-5, seed: UInt64,
  variants: [Variant] = Variant.all, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let parameters = parameters ?? SeededParameters(for: graph)
  let input = Tensor.random(graph.inputShape, seed: seed)
  let expected = try ReferenceExecutor(graph: graph, parameters: parameters).run(input)
  #expect(!sessions.isEmpty, "no OpenCL device: nothing was compared", sourceLocation: sourceLocation)
  for session in sessions {
    for variant in variants where variant.own == nil || session.device.kind == .gpu {
      let what = "\(session.device.name), \(variant), input \(graph.inputShape), seed \(seed)"
      let outputs = try run(graph, parameters, input, in: session, variant, what, sourceLocation)
      #expect(outputs.count == expected.count, "\(what)", sourceLocation: sourceLocation)
      for (index, (output, expected)) in zip(outputs, expected).enumerated() {
        let scale = expected.values.reduce(Float(1)) { max($0, abs($1)) }
        if let mismatch = output.mismatch(with: expected, within: max(tolerance, variant.tolerance) * scale) {
          Issue.record("\(what), output \(index): \(mismatch)", sourceLocation: sourceLocation)
        }
      }
    }
  }
}

/// Runs a graph with guard bytes and without sharing memory, and then as users do. Both must give the same bits.
private func run(
  _ graph: Graph, _ parameters: any ParameterSource, _ input: Tensor, in session: DeviceSession, _ variant: Variant,
  _ what: String, _ sourceLocation: SourceLocation
) throws -> [Tensor] {
  var tuning = try variant.own.map { try session.tuning(for: $0) } ?? KernelTuning(for: session.device)
  if let tiles = variant.tiles { (tuning.pixelTile, tuning.channelTile) = tiles }
  if let lanes = variant.lanes { tuning.lanes = lanes }
  if variant.asOnGPU { (tuning.hasBlockKernels, tuning.convolutionGroup) = (false, [8, 8, 1]) }
  if let gpu = variant.gpu { tuning.gpu = gpu(session.device) }
  if let method = variant.method {
    for problem in Plan(graph, tuning: tuning).problemCounts.keys { tuning.methods[problem] = method(tuning, problem) }
  }
  if !variant.singleBlocks.isEmpty {
    var single = tuning
    single.gpu = GPUTuning(for: session.device, precision: .float32)
    tuning.exception = PrecisionOverride(blocks: variant.singleBlocks, tuning: single)
  }
  var guarded = variant.options
  guarded.sharesMemory = false
  guarded.guardByteCount = guardByteCount
  let watched = try Executor(
    graph: graph, parameters: parameters, session: session, options: guarded, tuning: tuning)
  let outputs = try watched.run(input)
  let overwritten = try watched.overwrittenGuards(byteCount: guardByteCount)
  #expect(overwritten.isEmpty, "\(what): written behind storages \(overwritten)", sourceLocation: sourceLocation)

  let shared = try Executor(
    graph: graph, parameters: parameters, session: session, options: variant.options, tuning: tuning)
  for round in 0..<(TestBudget.isBounded ? 1 : 2) {
    #expect(try shared.run(input) == outputs, "\(what), shared memory, round \(round)", sourceLocation: sourceLocation)
  }
  return outputs
}

/// A graph of an input and one operation.
func graph(of operation: Networks.Operation, on shape: Shape) throws -> Graph {
  var builder = try GraphBuilder(input: shape)
  let node = try builder.add(operation, to: [builder.input], name: "operation")
  return builder.finish(outputs: [("output", node)])
}
