import Tensors

extension KernelTuning {
  /// The method of a convolution on blocks: the one that a tuner found to be the fastest, or the default.
  package func method(for problem: ConvolutionProblem, winograd: Bool) -> BlockedMethod {
    if let method = methods[problem], (winograd && allowsWinograd) || method.isDirect { return method }
    return defaultMethod(for: problem, winograd: winograd)
  }

  /// The method that is expected to be the fastest.
  ///
  /// Winograd's method pays off if it at least halves the multiplications, as its transforms cost about a third of what
  /// it saves. In one launch, the transformed weights, four times the size of the weights, are read for every group of
  /// tiles; if they take more than a few megabytes, or for few tiles, it is better to transform the weights where they
  /// are used.
  package func defaultMethod(for problem: ConvolutionProblem, winograd: Bool) -> BlockedMethod {
    if let method = gpu?.methods(for: problem).first { return method }
    guard winograd, allowsWinograd, problem.fitsWinograd, problem.winogradReduction >= 2 else {
      return directMethod(for: problem)
    }
    let transformedBytes =
      WinogradTransform.taps * problem.inChannels * problem.output.channels * MemoryLayout<Float>.stride
    if problem.winogradTiles >= 100, transformedBytes <= 5 << 20 { return fusedMethod }
    return nonfusedMethod(for: problem)
  }

  /// Whether a kernel can compute a convolution between blocks. The kernels for CPUs can compute any.
  func computesOnBlocks(_ problem: ConvolutionProblem) -> Bool {
    let isBlocked = [problem.inChannels, problem.output.channels].allSatisfy { $0.isMultiple(of: channelsOfBlock) }
    guard let gpu, isBlocked else { return true }
    return methods[problem] != nil || gpu.computes(problem)
  }

  /// The direct sum, with the best tile for the width and as many rows as leave every core enough work-items.
  package func directMethod(for problem: ConvolutionProblem) -> BlockedMethod {
    let output = problem.output
    let tile = blockTile(width: output.width)
    let itemsPerRow = output.width.dividedRoundingUp(by: tile) * output.blocks * output.batch
    return .direct(tile: tile, rows: max(1, min(8, output.height * itemsPerRow / (computeUnits * 32))))
  }

  /// The tiles of the direct sum, in pixels of a row.
  static let directTiles = [20, 16, 10, 8, 6, 5, 4, 2, 1]

  /// The number of pixels of a row that a work-item on blocks computes: the tile that covers a row at the least cost,
  /// if a tile costs as much as its pixels and three more.
  package func blockTile(width: Int) -> Int {
    let candidates = Self.directTiles.filter { $0 <= min(width, heldTile) }
    return candidates.min { a, b in
      width.dividedRoundingUp(by: a) * (a + 3) < width.dividedRoundingUp(by: b) * (b + 3)
    } ?? 1
  }

  /// The largest number of pixels or tiles whose sums for a block of channels fit a core's vector registers, besides a
  /// block of weights and one spare register. AVX-512 and Arm have 32 registers, other x86 processors 16.
  var heldTile: Int {
    #if arch(arm64)
      let registers = 32
    #else
      let registers = lanes == 16 ? 32 : 16
    #endif
    let registersOfBlock = channelsOfBlock / lanes
    return min(25, (registers - registersOfBlock - 1) / registersOfBlock)
  }

  /// The number of a group's tiles that are held in registers at a time: the largest divisor that fits.
  func heldTiles(of tiles: Int) -> Int { (1...max(1, min(tiles, heldTile))).last { tiles.isMultiple(of: $0) } ?? 1 }

  /// Winograd's method in one launch.
  package var fusedMethod: BlockedMethod { .winogradFused(tiles: 20) }

  /// Winograd's method in pairs of launches, with the groups that cover the tiles at the least cost, if a group costs
  /// as much as its tiles and two more.
  package func nonfusedMethod(for problem: ConvolutionProblem) -> BlockedMethod {
    let tiles = problem.winogradTiles
    let best = [25, 20, 18, 16, 12, 9].min { a, b in
      tiles.dividedRoundingUp(by: a) * (a + 2) < tiles.dividedRoundingUp(by: b) * (b + 2)
    }
    return .winogradNonfused(tiles: best ?? 20)
  }

  /// The largest number of work-items with a slot of scratch memory: several for each core, so that no core waits long
  /// for the others.
  private var slots: Int { computeUnits * 8 }

  /// The largest size in bytes of the transformed input of one pair of launches, which should stay in the last-level
  /// cache.
  private static var transformedBytes: Int { 8 << 20 }

  /// Whether activations are too large to be still in a core's own caches when the next launch reads them.
  func isFar(_ shape: Shape) -> Bool { shape.byteCount > 4 << 20 }

  func fusedDivision(of problem: ConvolutionProblem, tiles: Int) -> FusedWinogradDivision {
    FusedWinogradDivision(of: problem, tiles: tiles, items: slots)
  }

  func nonfusedDivision(of problem: ConvolutionProblem, tiles: Int) -> NonfusedWinogradDivision {
    NonfusedWinogradDivision(of: problem, tiles: tiles, items: slots, cacheBytes: Self.transformedBytes)
  }

  /// The bytes of scratch memory that a method needs.
  func scratchByteCount(of method: BlockedMethod, for problem: ConvolutionProblem) -> Int {
    scratchCount(of: method, for: problem) * MemoryLayout<Float>.stride
  }

  /// The float32 values of scratch memory that a method needs.
  private func scratchCount(of method: BlockedMethod, for problem: ConvolutionProblem) -> Int {
    switch method {
    case .direct: 0
    case .implicitGEMM(let gemm):
      gpu.map { partialSums($0.parts(of: gemm, inChannels: problem.inChannels).count, of: problem) } ?? 0
    case .subgroup(let tile): partialSums(tile.parts(inChannels: problem.inChannels).count, of: problem)
    case .winogradFused(let tiles): fusedDivision(of: problem, tiles: tiles).scratchCount
    case .winogradNonfused(let tiles): nonfusedDivision(of: problem, tiles: tiles).scratchCount
    }
  }

  /// The number of partial sums; none if the sum has one part.
  private func partialSums(_ parts: Int, of problem: ConvolutionProblem) -> Int {
    parts > 1 ? parts * problem.output.elementCount : 0
  }
}
