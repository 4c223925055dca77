import Tensors

extension GPUTuning {
  /// The ways to compute a convolution that are worth trying, what is expected to be the fastest first.
  package func methods(for problem: ConvolutionProblem) -> [BlockedMethod] {
    let divisions = candidates(for: problem).map { BlockedMethod.implicitGEMM($0) }
    let tiles = subgroupTiles(for: problem).map { BlockedMethod.subgroup($0) }
    return prefersSubgroups ? tiles + divisions : divisions + tiles
  }

  /// The tiles of sub-groups that the device runs, what is expected to be the fastest first.
  private func subgroupTiles(for problem: ConvolutionProblem) -> [SubgroupConvolution] {
    subgroups?.candidates(for: problem).filter { runs($0, problem) } ?? []
  }

  /// Whether the device runs a tile's kernel.
  func runs(_ tile: SubgroupConvolution, _ problem: ConvolutionProblem) -> Bool {
    guard let subgroups, subgroups.accepts(tile) else { return false }
    if refused.isEmpty { return true }
    let variant = subgroups.variant(
      of: tile, kernel: problem.kernel, dilation: problem.dilation, precision: precision)
    return allows(variant, group: subgroups.lanes * subgroups.group)
  }

  /// Divisions of a convolution worth trying, what is expected to be the fastest first: for each tile the best patch, with
  /// the sum in one part and in a few.
  package func candidates(for problem: ConvolutionProblem) -> [ImplicitGEMM] {
    let whole = divisions(of: problem)
    let found = whole.flatMap { patch in
      splits(of: problem, patch.product).map { parts in
        var gemm = patch
        gemm.splits = parts
        return gemm
      }
    }
    let ranked = found.map { (gemm: $0, clocks: clocks(of: $0, for: problem)) }.sorted { $0.clocks < $1.clocks }
    return ranked.prefix(Self.mostCandidates).map(\.gemm)
  }

  /// The most candidates that a tuner is offered for one convolution.
  private static let mostCandidates = 12

  /// Whether any kernel of the device computes a convolution.
  func computes(_ problem: ConvolutionProblem) -> Bool {
    if !subgroupTiles(for: problem).isEmpty { return true }
    return products.contains { product in
      (product.tiles(on: architecture).suffix(mostTiles).reversed() + product.lastTiles).contains {
        !patches(of: $0, product, for: problem).isEmpty
      }
    }
  }

  /// The best patches of each tile; of the tiles that a device with little of everything is left with where none else fits.
  private func divisions(of problem: ConvolutionProblem) -> [ImplicitGEMM] {
    let usual = products.flatMap { product in
      product.tiles(on: architecture).suffix(mostTiles).flatMap { patches(of: $0, product, for: problem) }
    }
    guard usual.isEmpty else { return usual }
    return products.flatMap { product in product.lastTiles.flatMap { patches(of: $0, product, for: problem) } }
  }

  /// The two patches of a tile that leave the fewest of its pixels idle and see the fewest pixels around it.
  package func patches(
    of tile: ImplicitGEMM.Tile, _ product: MultiplyMethod, for problem: ConvolutionProblem
  ) -> [ImplicitGEMM] {
    let output = problem.output
    let widths = Set([4, 8, 10, 16, 20, 32, 40, min(output.width, tile.pixels)]).filter {
      $0 <= max(output.width, 4) && $0 <= tile.pixels
    }
    let fitting = widths.compactMap { width in
      // As many rows as fit the tile and the local memory, but spread evenly over the map.
      var most = max(1, min(output.height, tile.pixels / width))
      while true {
        let height = output.height.dividedRoundingUp(by: output.height.dividedRoundingUp(by: most))
        let gemm = ImplicitGEMM(product, tile: tile, width: width, height: height)
        if fits(gemm, problem) { return gemm }
        guard height > 1 else { return nil as ImplicitGEMM? }
        most = height / 2
      }
    }
    return fitting.map { (gemm: $0, clocks: clocks(of: $0, for: problem)) }
      .sorted { ($0.clocks, $0.gemm.width) < ($1.clocks, $1.gemm.width) }.prefix(2).map(\.gemm)
  }

  /// Parts of a sum, each of several steps.
  private func splits(of problem: ConvolutionProblem, _ product: MultiplyMethod) -> [Int] {
    [1, 2, 4, 8].filter { $0 == 1 || problem.inChannels / stepChannels(product) >= 4 * $0 }
  }

  /// A guess of the time a division takes, in a multiprocessor's clocks: its share of the products, but no less than the
  /// steps of its groups take one after the other; and another launch where sums are split.
  ///
  /// The rates are NVIDIA's since Ampere, in multiply-adds per clock; what matters is how candidates compare.
  func clocks(of gemm: ImplicitGEMM, for problem: ConvolutionProblem) -> Double {
    let stepChannels = stepChannels(gemm.product)
    let steps = (problem.inChannels / stepChannels).dividedRoundingUp(by: gemm.splits)
    let (perUnit, turns) = groupsOfUnit(of: gemm, for: problem)
    let products = Double(
      gemm.tile.pixels * gemm.tile.channels * steps * stepChannels * problem.kernel * problem.kernel)
    let patch = Double(gemm.patchPixels(kernel: problem.kernel, dilation: problem.dilation) * steps * 2)
    let busy = perUnit * (products / rate(of: gemm) + patch)
    let waiting = turns * Double(steps * problem.kernel) * 200
    let partialSums = Double(problem.output.elementCount * gemm.splits)
    let launch = gemm.splits > 1 ? launchClocks + partialSums / Double(computeUnits * 8) : 0
    return max(busy, waiting) + turns * 1500 + launch
  }

  /// Whether a convolution should resample the first `channels` of its input while it reads them: where that takes fewer
  /// clocks than a launch that writes them, and reading what it wrote. A guess like `clocks`: each step waits for the
  /// pixels that it resamples, and every group computes those of its own patch.
  func prefersResampling(_ channels: Int, of gemm: ImplicitGEMM, for problem: ConvolutionProblem) -> Bool {
    guard allows(gemm, problem, resamples: true) else { return false }
    if alwaysResamples { return true }
    guard let capacity = patchCapacity(of: gemm, kernel: problem.kernel, dilation: problem.dilation),
      architecture.resamples(gemm, patch: capacity, precision)
    else { return false }
    let (perUnit, turns) = groupsOfUnit(of: gemm, for: problem)
    let stepChannels = stepChannels(gemm.product)
    let steps = Double((channels / stepChannels).dividedRoundingUp(by: gemm.splits))
    let vectors = stepChannels / vectorChannels
    let patch = Double(vectors * gemm.patchPixels(kernel: problem.kernel, dilation: problem.dilation))
    let spent = steps * max(turns * 400, perUnit * patch)
    let map = problem.output.batch * channels * problem.output.height * problem.output.width
    let saved = launchClocks + 2 * Double(map * precision.byteCount) / Double(computeUnits * 16)
    return spent < saved
  }

  /// How many of a division's groups a multiprocessor computes, and how often it waits for some of them.
  private func groupsOfUnit(of gemm: ImplicitGEMM, for problem: ConvolutionProblem) -> (count: Double, turns: Double) {
    let output = problem.output
    let tiles = output.width.dividedRoundingUp(by: gemm.width) * output.height.dividedRoundingUp(by: gemm.height)
    let groups = tiles * output.channels.dividedRoundingUp(by: gemm.tile.channels) * output.batch * gemm.splits
    // Where every unit has work for some time, the last round is on average half full.
    let rounds = Double(groups) / Double(computeUnits)
    let perUnit = rounds <= 1 ? 1 : rounds + 0.5
    // Of the groups that a unit holds at a time, about three hide each other's waiting.
    return (perUnit, (perUnit / 3).rounded(.up))
  }

  /// Multiply-adds per clock that a tile can make of a multiprocessor: fewer where items are small, for each then reads
  /// more operands from local memory.
  private func rate(of gemm: ImplicitGEMM) -> Double {
    let (m, n) = (Double(gemm.tile.itemPixels), Double(gemm.tile.itemChannels))
    // Eight pixels of a matrix that are not all in one row of the patch meet in the banks of local memory.
    let banks = gemm.width.isMultiple(of: 8) ? 1 : 0.9
    switch gemm.product {
    case .fma: return 128 / (1 + 2 * (1 / m + 1 / n))
    case .tensorHalfK16: return banks * 1200 / (1 + 8 * (1 / m + 1 / n))
    case .tensorHalfK8: return banks * 600 / (1 + 8 * (1 / m + 1 / n))
    case .tensorTF32x3: return banks * 220 / (1 + 4 * (1 / m + 1 / n))
    }
  }
}
