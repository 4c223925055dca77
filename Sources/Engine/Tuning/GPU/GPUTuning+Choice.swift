import Tensors

extension GPUTuning {
  /// The methods worth trying for a convolution, the one expected to be the fastest first.
  package func methods(for problem: ConvolutionProblem) -> [BlockedMethod] {
    let divisions = candidates(for: problem).map { BlockedMethod.implicitGEMM($0) }
    let tiles = subgroupTiles(for: problem).map { BlockedMethod.subgroup($0) }
    return prefersSubgroups ? tiles + divisions : divisions + tiles
  }

  /// The tiles of sub-groups that the device can run, the one expected to be the fastest first.
  private func subgroupTiles(for problem: ConvolutionProblem) -> [SubgroupConvolution] {
    subgroups?.candidates(for: problem).filter { runs($0, problem) } ?? []
  }

  /// Whether the device can run a tile's kernel.
  func runs(_ tile: SubgroupConvolution, _ problem: ConvolutionProblem) -> Bool {
    guard let subgroups, subgroups.accepts(tile) else { return false }
    if refused.isEmpty { return true }
    let variant = subgroups.variant(
      of: tile, kernel: problem.kernel, dilation: problem.dilation, precision: precision)
    return allows(variant, group: subgroups.lanes * subgroups.group)
  }

  /// The divisions worth trying for a convolution, the one expected to be the fastest first: the best patches of each
  /// tile, with and without split-K.
  package func candidates(for problem: ConvolutionProblem) -> [ImplicitGEMM] {
    let whole = divisions(of: problem)
    let found = whole.flatMap { patch in
      splitKs(of: problem, patch.product).map { splitK in
        var gemm = patch
        gemm.splitK = splitK
        return gemm
      }
    }
    let ranked = found.map { (gemm: $0, clocks: clocks(of: $0, for: problem)) }.sorted { $0.clocks < $1.clocks }
    return ranked.prefix(Self.maximumCandidates).map(\.gemm)
  }

  /// The largest number of candidates that a tuner is offered for one convolution.
  private static let maximumCandidates = 12

  /// Whether any of the device's kernels can compute a convolution.
  func computes(_ problem: ConvolutionProblem) -> Bool {
    if !subgroupTiles(for: problem).isEmpty { return true }
    return products.contains { product in
      (product.tiles(on: architecture).suffix(maximumTiles).reversed() + product.lastTiles).contains {
        !patches(of: $0, product, for: problem).isEmpty
      }
    }
  }

  /// The best patches of each tile, or, if no usual tile fits the device, of the last ones.
  private func divisions(of problem: ConvolutionProblem) -> [ImplicitGEMM] {
    let usual = products.flatMap { product in
      product.tiles(on: architecture).suffix(maximumTiles).flatMap { patches(of: $0, product, for: problem) }
    }
    guard usual.isEmpty else { return usual }
    return products.flatMap { product in product.lastTiles.flatMap { patches(of: $0, product, for: problem) } }
  }

  /// The best two patches of a tile: those that leave few of its pixels idle and read few pixels around it.
  package func patches(
    of tile: ImplicitGEMM.Tile, _ product: MultiplyMethod, for problem: ConvolutionProblem
  ) -> [ImplicitGEMM] {
    let output = problem.output
    let widths = Set([4, 8, 10, 16, 20, 32, 40, min(output.width, tile.pixels)]).filter {
      $0 <= max(output.width, 4) && $0 <= tile.pixels
    }
    let fitting = widths.compactMap { width in
      // As many rows as fit the tile and local memory, divided evenly among the map's rows.
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

  /// The values of split-K worth trying, which leave several steps for each part.
  private func splitKs(of problem: ConvolutionProblem, _ product: MultiplyMethod) -> [Int] {
    [1, 2, 4, 8].filter { $0 == 1 || problem.inChannels / stepChannels(product) >= 4 * $0 }
  }

  /// An estimate of a division's time, in a multiprocessor's clocks: the time of its share of the products, but at
  /// least the time that the steps of its work-groups wait for one another, plus another launch if the sum is split.
  ///
  /// The rates are those of NVIDIA's GPUs since Ampere, in multiply-adds per clock. Only the ranking of candidates
  /// matters.
  func clocks(of gemm: ImplicitGEMM, for problem: ConvolutionProblem) -> Double {
    let stepChannels = stepChannels(gemm.product)
    let steps = (problem.inChannels / stepChannels).dividedRoundingUp(by: gemm.splitK)
    let (perUnit, turns) = groupsOfUnit(of: gemm, for: problem)
    let products = Double(
      gemm.tile.pixels * gemm.tile.channels * steps * stepChannels * problem.kernel * problem.kernel)
    let patch = Double(gemm.patchPixels(kernel: problem.kernel, dilation: problem.dilation) * steps * 2)
    let busy = perUnit * (products / rate(of: gemm) + patch)
    let waiting = turns * Double(steps * problem.kernel) * 200
    let partialSums = Double(problem.output.elementCount * gemm.splitK)
    let launch = gemm.splitK > 1 ? launchClocks + partialSums / Double(computeUnits * 8) : 0
    return max(busy, waiting) + turns * 1500 + launch
  }

  /// Whether a convolution should resample the first `channels` of its input while reading them: if that takes fewer
  /// clocks than a launch that writes the resampled map and reading that map. An estimate like `clocks`: each step
  /// waits for the pixels that it resamples, and every work-group resamples its own patch.
  func prefersResampling(_ channels: Int, of gemm: ImplicitGEMM, for problem: ConvolutionProblem) -> Bool {
    guard allows(gemm, problem, resamples: true) else { return false }
    if alwaysResamples { return true }
    guard let capacity = patchCapacity(of: gemm, kernel: problem.kernel, dilation: problem.dilation),
      architecture.resamples(gemm, patch: capacity, precision)
    else { return false }
    let (perUnit, turns) = groupsOfUnit(of: gemm, for: problem)
    let stepChannels = stepChannels(gemm.product)
    let steps = Double((channels / stepChannels).dividedRoundingUp(by: gemm.splitK))
    let vectors = stepChannels / precision.elementsOfVector
    let patch = Double(vectors * gemm.patchPixels(kernel: problem.kernel, dilation: problem.dilation))
    let spent = steps * max(turns * 400, perUnit * patch)
    let map = problem.output.batch * channels * problem.output.height * problem.output.width
    let saved = launchClocks + 2 * Double(map * precision.byteCount) / Double(computeUnits * 16)
    return spent < saved
  }

  /// The number of a division's work-groups that a multiprocessor computes, and how often it waits for some of them.
  private func groupsOfUnit(of gemm: ImplicitGEMM, for problem: ConvolutionProblem) -> (count: Double, turns: Double) {
    let output = problem.output
    let tiles = output.width.dividedRoundingUp(by: gemm.width) * output.height.dividedRoundingUp(by: gemm.height)
    let groups = tiles * output.channels.dividedRoundingUp(by: gemm.tile.channels) * output.batch * gemm.splitK
    // If there is more than one round, the last one is half full on average.
    let rounds = Double(groups) / Double(computeUnits)
    let perUnit = rounds <= 1 ? 1 : rounds + 0.5
    // About three work-groups on a multiprocessor hide one another's waiting.
    return (perUnit, (perUnit / 3).rounded(.up))
  }

  /// The multiply-adds per clock that a multiprocessor achieves with a tile: fewer with small items, which read more
  /// operands from local memory for each product.
  private func rate(of gemm: ImplicitGEMM) -> Double {
    let (m, n) = (Double(gemm.tile.itemPixels), Double(gemm.tile.itemChannels))
    // If a matrix's eight pixels are not in one row of the patch, their banks of local memory conflict.
    let banks = gemm.width.isMultiple(of: 8) ? 1 : 0.9
    switch gemm.product {
    case .fma: return 128 / (1 + 2 * (1 / m + 1 / n))
    case .tensorHalfK16: return banks * 1200 / (1 + 8 * (1 / m + 1 / n))
    case .tensorHalfK8: return banks * 600 / (1 + 8 * (1 / m + 1 / n))
    case .tensorTF32x3: return banks * 220 / (1 + 4 * (1 / m + 1 / n))
    }
  }
}
