import Tensors

extension KernelTuning {
  /// The methods worth trying for a convolution, the default first. On CPUs, these are direct sums with other tiles and
  /// more or fewer rows, and both forms of Winograd's method where it saves multiplications; on GPUs, divisions of the
  /// matrix product and tiles of sub-groups.
  package func candidates(for problem: ConvolutionProblem) -> [BlockedMethod] {
    if let gpu { return gpu.methods(for: problem) }
    var candidates = [defaultMethod(for: problem, winograd: true), directMethod(for: problem)]
    if case .direct(let tile, let rows) = directMethod(for: problem) {
      candidates += [rows / 2, rows * 2].filter { (1...16).contains($0) }.map { .direct(tile: tile, rows: $0) }
      candidates += Self.directTiles
        .filter { $0 <= min(problem.output.width, heldTile) && $0 * 4 > heldTile }.map { .direct(tile: $0, rows: rows) }
    }
    if problem.fitsWinograd, problem.winogradReduction > 1.2 {
      candidates += [16, 20, 24].map { .winogradFused(tiles: $0) }
      candidates.append(nonfusedMethod(for: problem))
      candidates += [12, 18, 25].map { .winogradNonfused(tiles: $0) }
    }
    var seen = Set<BlockedMethod>()
    return candidates.filter { seen.insert($0).inserted }
  }
}
