import Tensors

extension KernelTuning {
  /// The methods that are worth trying for a convolution, the default first: tiles of other sizes and more or fewer rows
  /// of the direct sum, and Winograd's method in both forms where it saves multiplications; on GPUs, divisions of the matrix
  /// product and tiles of sub-groups.
  package func candidates(for problem: ConvolutionProblem) -> [BlockedMethod] {
    if let gpu { return gpu.methods(for: problem) }
    var candidates = [defaultMethod(for: problem, winograd: true), directMethod(for: problem)]
    if case .direct(let tile, let rows) = directMethod(for: problem) {
      candidates += [rows / 2, rows * 2].filter { (1...16).contains($0) }.map { .direct(tile: tile, rows: $0) }
      candidates += [20, 16, 10, 8, 6, 5, 4, 2, 1]
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
