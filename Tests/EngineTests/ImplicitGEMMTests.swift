import Engine
import Networks
import OpenCL
import TestSupport
import Testing
import Tensors

/// The kernels for GPUs on the devices of this machine. NVIDIA's instructions are used if the device has them, and
/// replaced by plain OpenCL C if not.
@Suite struct ImplicitGEMMTests {
  /// A way to compute every convolution on blocks.
  struct Case: Sendable, CustomTestStringConvertible {
    let product: MultiplyMethod
    let precision: Precision
    let copy: LocalMemoryCopy
    /// The index of the tile among those of the product.
    let tile: Int
    let splitK: Int

    var testDescription: String { "\(product), \(precision), \(copy), tile \(tile), split-K \(splitK)" }

    func tuning(for device: Device) -> GPUTuning {
      if product != .fma || copy != .registers, let kernels = instructed(product, precision, on: device) {
        return kernels
      }
      var gpu = GPUTuning(for: device, precision: precision)
      gpu.products = [product]
      gpu.copy = copy
      gpu.stages = 3
      gpu.usesPTX = false
      return gpu
    }

    /// A variant in which convolutions resample their input wherever they can, or where that is expected to be faster.
    func variant(resamples: Bool = false) -> Variant {
      let make: @Sendable (Device) -> GPUTuning = { device in
        var gpu = tuning(for: device)
        gpu.alwaysResamples = resamples
        return gpu
      }
      return Variant(
        description: testDescription, options: PlanOptions(), tiles: nil,
        tolerance: precision == .float16 ? halfTolerance : 0, gpu: make,
        method: { tuning, problem in
          let tile = product.tiles[tile]
          var division = tuning.gpu?.patches(of: tile, product, for: problem).last
          division?.splitK = splitK
          return division.map { .implicitGEMM($0) } ?? tuning.method(for: problem, winograd: false)
        })
    }
  }

  private static let every: [Case] = [
    (.fma, .float32, .registers), (.fma, .float32, .asyncLate), (.fma, .float16, .registers),
    (.tensorHalfK16, .float16, .async), (.tensorHalfK16, .float16, .asyncLate), (.tensorHalfK8, .float16, .registers),
    (.tensorTF32x3, .float32, .asyncLate),
  ].flatMap { (product: MultiplyMethod, precision: Precision, copy: LocalMemoryCopy) in
    product.tiles.indices.map { tile in
      Case(product: product, precision: precision, copy: copy, tile: tile, splitK: tile % 3 + 1)
    }
  }

  /// One case of each kind; the others differ only in constants.
  private static let few: [Case] = [
    Case(product: .fma, precision: .float32, copy: .asyncLate, tile: 10, splitK: 2),
    Case(product: .tensorHalfK16, precision: .float16, copy: .async, tile: 5, splitK: 1),
    Case(product: .tensorHalfK16, precision: .float16, copy: .asyncLate, tile: 7, splitK: 3),
    Case(product: .tensorHalfK8, precision: .float16, copy: .registers, tile: 5, splitK: 1),
    Case(product: .tensorTF32x3, precision: .float32, copy: .asyncLate, tile: 5, splitK: 2),
  ]

  @Test(.disabled(if: TestBudget.isBounded), arguments: TestBudget.isThorough ? every : few)
  func agrees(with it: Case) throws {
    try expectAgreement(of: gpuGraph(on: [5, 3, 7, 11], dilation: 2), seed: 50, variants: [it.variant()])
  }

  @Test(.disabled(if: TestBudget.isBounded), arguments: TestBudget.isThorough ? every : few)
  func resamplesWhatItReads(with it: Case) throws {
    try expectAgreement(of: resamplingGraph(on: [3, 3, 9, 13]), seed: 55, variants: [it.variant(resamples: true)])
  }

  /// With the options for AMD's compiler, which make work-items resample a patch vector by vector.
  @Test(arguments: [Precision.float32, .float16]) func resamplesInTurn(precision: Precision) throws {
    var variant = Variant.resampling(precision)
    let usual = variant.gpu
    variant.gpu = { device in
      var gpu = usual?(device) ?? GPUTuning(for: device, precision: precision)
      gpu.architecture = .amdRDNA
      return gpu
    }
    let shape: Shape = TestBudget.isBounded ? [1, 3, 4, 6] : [3, 3, 9, 13]
    try expectAgreement(of: resamplingGraph(on: shape), seed: 57, variants: [variant])
  }

  /// Tensor cores round toward zero, which would cost long float32 sums of one sign a decimal digit.
  @Test(.disabled(if: TestBudget.isBounded)) func longSumsAreAsExactAsFloat32() throws {
    var builder = try GraphBuilder(input: [1, 1, 3, 5])
    var node = builder.input
    for (name, channels) in [("a", 512), ("b", 16), ("c", 1)] {
      let convolution = Convolution(weight: name, bias: nil, outChannels: channels, kernel: 3)
      node = try builder.add(.convolution(convolution), to: [node], name: name)
    }
    let graph = builder.finish(outputs: [("c", node)])
    let weights = Dictionary(
      uniqueKeysWithValues: graph.parameters.map { parameter in
        var tensor = Tensor.random(parameter.shape, seed: 53)
        tensor.values = tensor.values.map { abs($0) / 16 }
        return (parameter.name, tensor)
      })
    let it = Case(product: .tensorTF32x3, precision: .float32, copy: .async, tile: 5, splitK: 1)
    try expectAgreement(
      of: graph, parameters: ParameterDictionary(weights), within: 2e-6, seed: 54, variants: [it.variant(), .fused])
  }

  /// A single product of each kind, small enough for a simulator.
  @Test(.enabled(if: TestBudget.isBounded), arguments: few.filter { $0.product.tiles[$0.tile].channels == 16 })
  func agreesInSmall(with it: Case) throws {
    var builder = try GraphBuilder(input: [1, 1, 3, 5])
    var node = builder.input
    for (name, channels) in [("a", 16), ("b", 16), ("c", 1)] {
      let convolution = Convolution(weight: name, bias: nil, outChannels: channels, dilation: name == "b" ? 2 : 1)
      node = try builder.add(.convolution(convolution), to: [node], name: name)
    }
    try expectAgreement(of: builder.finish(outputs: [("c", node)]), seed: 51, variants: [it.variant()])
  }

  /// The same after a pooled and an upsampled map.
  @Test(.enabled(if: TestBudget.isBounded), arguments: few.filter { $0.product.tiles[$0.tile].channels == 16 })
  func resamplesInSmall(with it: Case) throws {
    var builder = try GraphBuilder(input: [1, 1, 3, 5])
    func convolution(_ name: String, _ channels: Int) -> Networks.Operation {
      .convolution(Convolution(weight: name, bias: nil, outChannels: channels))
    }
    let a = try builder.add(convolution("a", 16), to: [builder.input], name: "a")
    let pooled = try builder.add(.maxPool(MaxPool()), to: [a], name: "pooled")
    let b = try builder.add(convolution("b", 16), to: [pooled], name: "b")
    let grown = try builder.add(.upsample(to: Size(height: 3, width: 5)), to: [b], name: "grown")
    let both = try builder.add(.concat, to: [grown, a], name: "both")
    let c = try builder.add(convolution("c", 16), to: [both], name: "c")
    let d = try builder.add(convolution("d", 1), to: [c], name: "d")
    let graph = builder.finish(outputs: [("d", d)])
    try expectAgreement(of: graph, seed: 56, variants: [it.variant(resamples: true)])
  }
}

/// The kernels with NVIDIA's instructions that the devices of this machine compute correctly; none on other devices.
private let instructed: [(device: String, kernels: [GPUTuning])] = sessions.map { session in
  let kernels = Precision.onBlocksOfGPUs.flatMap { precision in
    let trial = GPUKernelSelection(session: session, precision: precision)
    return trial.candidates.filter { $0.usesPTX && (try? trial.outcome(of: $0)) == .right }
  }
  return (session.device.name, kernels)
}

/// Those of them with a certain product; nil if the device has none.
private func instructed(_ product: MultiplyMethod, _ precision: Precision, on device: Device) -> GPUTuning? {
  instructed.first { $0.device == device.name }?.kernels
    .first { $0.products == [product] && $0.precision == precision }
}

/// Convolutions of a pooled map, of an upsampled one, and of one that is concatenated with another, with a residual,
/// between planar maps.
func resamplingGraph(on shape: Shape, centers: PixelCenters = .halfPixel, dilation: Int = 1) throws -> Graph {
  var builder = try GraphBuilder(input: shape)
  func convolution(_ name: String, _ channels: Int, dilation: Int = 1) -> Networks.Operation {
    .convolution(Convolution(weight: name, bias: "\(name).bias", outChannels: channels, dilation: dilation))
  }
  func upsampled(_ node: Node.ID, _ name: String) throws -> Node.ID {
    try builder.add(.upsample(to: shape.size, centers: centers), to: [node], name: name)
  }
  let a = try builder.add(convolution("a", 32), to: [builder.input], name: "a")
  let pooled = try builder.add(.maxPool(MaxPool()), to: [a], name: "pooled")
  let b = try builder.add(convolution("b", 48, dilation: dilation), to: [pooled], name: "b")
  let isSmall = min(shape.height, shape.width) < 4
  let smaller = try builder.add(.maxPool(MaxPool(ceilMode: isSmall)), to: [b], name: "smaller")
  let c = try builder.add(convolution("c", 16), to: [smaller], name: "c")
  let alone = try builder.add(convolution("d", 32), to: [upsampled(c, "c.grown")], name: "d")
  let both = try builder.add(.concat, to: [upsampled(b, "b.grown"), alone], name: "both")
  let eSums = try builder.add(convolution("e", 32, dilation: dilation), to: [both], name: "e.sums")
  let eReLU = try builder.add(.relu, to: [eSums], name: "e.relu")
  let e = try builder.add(.add, to: [eReLU, a], name: "e")
  let out = try builder.add(convolution("out", 2), to: [e], name: "out")
  return builder.finish(outputs: [("out", out)])
}

/// Every epilogue, with channels from 16 to 96 at offsets, between planar maps.
func gpuGraph(on shape: Shape, dilation: Int) throws -> Graph {
  var builder = try GraphBuilder(input: shape)
  func convolution(_ name: String, _ channels: Int, dilation: Int = 1) -> Networks.Operation {
    .convolution(Convolution(weight: name, bias: "\(name).bias", outChannels: channels, dilation: dilation))
  }
  let a = try builder.add(convolution("a", 32), to: [builder.input], name: "a")
  let bSum = try builder.add(convolution("b", 48, dilation: dilation), to: [a], name: "b.sum")
  let b = try builder.add(.relu, to: [bSum], name: "b")
  let c = try builder.add(convolution("c", 16), to: [b], name: "c")
  let cb = try builder.add(.concat, to: [c, b, a], name: "cb")
  let dSum = try builder.add(convolution("d", 48), to: [cb], name: "d.sum")
  let dReLU = try builder.add(.relu, to: [dSum], name: "d.relu")
  let d = try builder.add(.add, to: [dReLU, b], name: "d")
  let pooled = try builder.add(.maxPool(MaxPool()), to: [d], name: "pooled")
  let grown = try builder.add(.upsample(to: shape.size), to: [pooled], name: "grown")
  let out = try builder.add(convolution("out", 2), to: [grown], name: "out")
  return builder.finish(outputs: [("out", out)])
}
