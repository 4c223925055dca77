internal import Tensors

/// The equations (L + W) α = W q for the unknown pixels of a level, with the known pixels fixed. Solved by conjugate
/// gradients, preconditioned by the diagonal.
struct MattingSystem {
  let laplacian: MattingLaplacian
  /// The prior q, for each block.
  let prior: [SIMD8<Float>]
  /// The diagonal of W, for each block.
  let weights: [SIMD8<Float>]
  private var band: MattingBand { laplacian.band }

  /// Solves for the unknown pixels of `alpha`, a plane of the band.
  ///
  /// - Parameters:
  ///   - alpha: the start, and the solution.
  ///   - iterations: the most iterations.
  ///   - tolerance: the squared residual, relative to the right side, at which the iteration ends.
  /// - Returns: the number of iterations.
  @discardableResult
  func solve(_ alpha: inout [Float], iterations: Int, tolerance: Float) -> Int {
    let count = band.blocks.count
    guard count > 0 else { return 0 }
    var residual = [SIMD8<Float>](repeating: .zero, count: count)
    var direction = [Float](repeating: 0, count: band.planeCount)
    var product = [SIMD8<Float>](repeating: .zero, count: count)
    let scale = (0..<count).map {
      1 / (laplacian.diagonal(at: $0) + weights[$0]).replacing(with: 1, where: band.blocks[$0].unknown .== 0)
    }
    var (energy, start) = (Double(0), Double(0))
    forEachStrip(&residual, reading: alpha) { block, place, alpha in
      let unknown = band.blocks[block].unknown
      return ((prior[block] - alpha.loadVector(place)) * weights[block] - laplacian.times(alpha, at: block)) * unknown
    }
    energy = sum { residual[$0] * residual[$0] * scale[$0] }
    // The size of the right side, by its upper bound.
    start = sum { laplacian.diagonal(at: $0) * band.blocks[$0].unknown }
    guard energy > Double(tolerance) * start else { return 0 }
    for i in 0..<count { direction.store(residual[i] * scale[i], at: place(i)) }
    for iteration in 1...iterations {
      forEachStrip(&product, reading: direction) { block, place, direction in
        (laplacian.times(direction, at: block) + direction.loadVector(place) * weights[block])
          * band.blocks[block].unknown
      }
      let curvature = sum { product[$0] * direction.loadVector(place($0)) }
      guard curvature > 0 else { return iteration }
      let step = Float(energy / curvature)
      for i in 0..<count {
        let at = place(i)
        alpha.store(alpha.loadVector(at) + direction.loadVector(at) * step, at: at)
        residual[i] -= product[i] * step
      }
      let next = sum { residual[$0] * residual[$0] * scale[$0] }
      guard next > Double(tolerance) * start else { return iteration }
      let share = Float(next / energy)
      energy = next
      for i in 0..<count {
        let at = place(i)
        direction.store(residual[i] * scale[i] + direction.loadVector(at) * share, at: at)
      }
    }
    return iterations
  }

  private func place(_ block: Int) -> Int { band.place(band.blocks[block].x, band.blocks[block].y) }

  /// Sets a vector for every block, strip by strip on all cores.
  private func forEachStrip(
    _ vectors: inout [SIMD8<Float>], reading plane: [Float],
    _ vector: (_ block: Int, _ place: Int, _ plane: UnsafePointer<Float>) -> SIMD8<Float>
  ) {
    vectors.withUnsafeMutableBufferPointer { vectors in
      nonisolated(unsafe) let vectors = vectors
      plane.withUnsafeBufferPointer { plane in
        guard let plane = plane.baseAddress else { return }
        nonisolated(unsafe) let base = plane
        inParallel(band.strips.count) { strip in
          for block in band.strips[strip] { vectors[block] = vector(block, place(block), base) }
        }
      }
    }
  }

  private func sum(_ term: (_ block: Int) -> SIMD8<Float>) -> Double {
    band.strips.indices.reduce(Double(0)) { total, strip in
      var sum = SIMD8<Float>.zero
      for block in band.strips[strip] { sum += term(block) }
      return total + Double(sum.sum())
    }
  }
}

extension UnsafePointer<Float> {
  @inline(__always)
  func loadVector(_ place: Int) -> SIMD8<Float> {
    UnsafeRawPointer(self + place).loadUnaligned(as: SIMD8<Float>.self)
  }
}

extension [Float] {
  @inline(__always)
  func loadVector(_ place: Int) -> SIMD8<Float> {
    withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place * 4, as: SIMD8<Float>.self) }
  }

  @inline(__always)
  mutating func store(_ vector: SIMD8<Float>, at place: Int) {
    withUnsafeMutableBytes { $0.storeBytes(of: vector, toByteOffset: place * 4, as: SIMD8<Float>.self) }
  }
}
