import Tensors

extension KernelTuning {
  /// How a convolution on blocks is computed: as was found the fastest, or else by default.
  package func method(for problem: ConvolutionProblem, winograd: Bool) -> BlockedMethod {
    if let method = methods[problem], (winograd && allowsWinograd) || method.isDirect { return method }
    return defaultMethod(for: problem, winograd: winograd)
  }

  /// The method that is expected to be the fastest.
  ///
  /// Winograd's pays where it at least halves the multiplications, its transforms costing about a third of that. Its
  /// transformed weights, four times the size, are read again for every group of tiles: beyond a few megabytes, or for
  /// few groups, it is better to transform them in passing.
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

  /// Whether there is a kernel for a convolution between blocks: those of CPUs compute any.
  func computesOnBlocks(_ problem: ConvolutionProblem) -> Bool {
    let isBlocked = [problem.inChannels, problem.output.channels].allSatisfy { $0.isMultiple(of: 16) }
    guard let gpu, isBlocked else { return true }
    return methods[problem] != nil || gpu.computes(problem)
  }

  /// The direct sum, with the tile that covers a row with the least work, where a tile costs as much as it has pixels and
  /// about three more; and as many rows as leave every core enough work-items to choose from.
  package func directMethod(for problem: ConvolutionProblem) -> BlockedMethod {
    let output = problem.output
    let tile = blockTile(width: output.width)
    let itemsPerRow = output.width.dividedRoundingUp(by: tile) * output.channels / 16 * output.batch
    return .direct(tile: tile, rows: max(1, min(8, output.height * itemsPerRow / (computeUnits * 32))))
  }

  /// The pixels of a row that a work-item on blocks computes.
  package func blockTile(width: Int) -> Int {
    let candidates = [20, 16, 10, 8, 6, 5, 4, 2, 1].filter { $0 <= min(width, heldTile) }
    return candidates.min { a, b in
      width.dividedRoundingUp(by: a) * (a + 3) < width.dividedRoundingUp(by: b) * (b + 3)
    } ?? 1
  }

  /// The most pixels or tiles of 16 channels whose sums fit a core's vector registers, beside one of weights and one to
  /// spare. AVX-512 and Arm have 32 registers, x86's narrower vectors 16.
  var heldTile: Int {
    #if arch(arm64)
      let registers = 32
    #else
      let registers = lanes == 16 ? 32 : 16
    #endif
    let registersOfBlock = 16 / lanes
    return min(25, (registers - registersOfBlock - 1) / registersOfBlock)
  }

  /// How many of a group's tiles are held at one time: as many as fit, in equal parts.
  func heldTiles(of tiles: Int) -> Int { (1...max(1, min(tiles, heldTile))).last { tiles.isMultiple(of: $0) } ?? 1 }

  /// Winograd's method in one launch.
  package var fusedMethod: BlockedMethod { .winogradFused(tiles: 20) }

  /// Winograd's method in several launches, with the groups that cover the tiles with the least work, where a group costs
  /// as much as it has tiles and about two more.
  package func nonfusedMethod(for problem: ConvolutionProblem) -> BlockedMethod {
    let tiles = problem.winogradTiles
    let best = [25, 20, 18, 16, 12, 9].min { a, b in
      tiles.dividedRoundingUp(by: a) * (a + 2) < tiles.dividedRoundingUp(by: b) * (b + 2)
    }
    return .winogradNonfused(tiles: best ?? 20)
  }

  /// The most work-items that have a slot of scratch of their own: several for each core, so that none waits long for the
  /// others.
  private var slots: Int { computeUnits * 8 }

  /// The most bytes of transformed input that are made before they are used: they should stay in the last cache.
  private static var transformedBytes: Int { 8 << 20 }

  /// Whether activations are too large to be found in a core's own caches by the launch behind the one that wrote them.
  func isFar(_ shape: Shape) -> Bool { shape.elementCount * MemoryLayout<Float>.stride > 4 << 20 }

  func fusedDivision(of problem: ConvolutionProblem, tiles: Int) -> FusedWinogradDivision {
    FusedWinogradDivision(of: problem, tiles: tiles, items: slots)
  }

  func nonfusedDivision(of problem: ConvolutionProblem, tiles: Int) -> NonfusedWinogradDivision {
    NonfusedWinogradDivision(of: problem, tiles: tiles, items: slots, cacheBytes: Self.transformedBytes)
  }

  /// The bytes of scratch that a method needs.
  func scratchByteCount(of method: BlockedMethod, for problem: ConvolutionProblem) -> Int {
    scratchCount(of: method, for: problem) * MemoryLayout<Float>.stride
  }

  /// The float32 values of scratch that a method needs.
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

  /// The elements that the parts of a sum leave; none where there is one part.
  private func partialSums(_ parts: Int, of problem: ConvolutionProblem) -> Int {
    parts > 1 ? parts * problem.output.elementCount : 0
  }
}
