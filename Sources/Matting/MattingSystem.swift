internal import CPixels
internal import Tensors

/// The equations (L + W) α = W q for the unknown pixels of a level, with the known pixels fixed. Solved by conjugate
/// gradients, preconditioned by the diagonal.
///
/// Sums are taken over strips of rows and then in the order of the strips, so that no number of threads changes the
/// result.
package struct MattingSystem: Sendable {
  let laplacian: MattingLaplacian
  /// The prior q times the diagonal of W: eight pixels for each block; 0 for known pixels.
  private let right: [Float]
  /// The diagonal of W, in the same way.
  private let weights: [Float]
  private var band: MattingBand { laplacian.band }

  /// The equations of a band.
  ///
  /// - Parameters:
  ///   - right: the prior times its weights: eight pixels for each block, 0 for known pixels.
  ///   - weights: the weights, in the same way.
  package init(_ laplacian: MattingLaplacian, right: [Float], weights: [Float]) {
    let count = laplacian.band.blocks.count * 8
    precondition(right.count == count && weights.count == count)
    (self.laplacian, self.right, self.weights) = (laplacian, right, weights)
  }

  /// Solves for the unknown pixels of `alpha`, a plane of the band.
  ///
  /// - Parameters:
  ///   - alpha: the start, and the solution.
  ///   - iterations: the most iterations.
  ///   - tolerance: the squared residual, relative to the diagonal, at which the iteration ends.
  /// - Returns: the number of iterations.
  @discardableResult
  package func solve(_ alpha: MattingPlane, iterations: Int, tolerance: Float) -> Int {
    guard !band.blocks.isEmpty, iterations > 0 else { return 0 }
    let direction = MattingPlane(count: band.planeCount)
    return withUnsafeTemporaryAllocation(of: Float.self, capacity: 3 * right.count) { memory in
      guard let base = memory.baseAddress else { return 0 }
      let steps = GradientSteps(
        laplacian: laplacian, weights: weights, alpha: alpha.values, direction: direction.values, product: base,
        scales: base + right.count, residual: base + 2 * right.count)
      right.withUnsafeBufferPointer { right in
        if let right = right.baseAddress { steps.residual.initialize(from: right, count: weights.count) }
      }
      return steps.iterate(atMost: iterations, tolerance: tolerance)
    }
  }
}

/// The vectors of conjugate gradients, and what is done with them on all cores.
private struct GradientSteps {
  let laplacian: MattingLaplacian
  let weights: [Float]
  let alpha: UnsafeMutablePointer<Float>
  /// A plane of zeros at first.
  let direction: UnsafeMutablePointer<Float>
  let product: UnsafeMutablePointer<Float>
  let scales: UnsafeMutablePointer<Float>
  /// The right side at first.
  let residual: UnsafeMutablePointer<Float>
  private var band: MattingBand { laplacian.band }

  /// - Returns: the number of iterations.
  func iterate(atMost iterations: Int, tolerance: Float) -> Int {
    // The size of the right side, by its upper bound.
    let limit = Double(tolerance) * scale()
    _ = multiply(alpha)
    var energy = step(1)
    guard energy > limit else { return 0 }
    turn(0)
    for iteration in 1...iterations {
      let curvature = multiply(direction)
      guard curvature > 0 else { return iteration }
      let next = step(Float(energy / curvature))
      guard next > limit, iteration < iterations else { return iteration }
      turn(Float(next / energy))
      energy = next
    }
    return iterations
  }

  private func scale() -> Double {
    weights.withUnsafeBufferPointer { weights in
      laplacian.rows.withUnsafeBufferPointer { rows in
        forEachStrip { first, count in
          u2cl_matting_scales(
            rows.baseAddress.map { $0 + first * MattingLaplacian.count * 8 },
            weights.baseAddress.map { $0 + first * 8 },
            count, scales + first * 8)
        }
      }
    }
  }

  /// Sets the product to that of the matrix and a plane.
  ///
  /// - Returns: the dot product of both.
  private func multiply(_ plane: UnsafePointer<Float>) -> Double {
    weights.withUnsafeBufferPointer { weights in
      laplacian.rows.withUnsafeBufferPointer { rows in
        band.places.withUnsafeBufferPointer { places in
          forEachStrip { first, count in
            u2cl_matting_product(
              rows.baseAddress.map { $0 + first * MattingLaplacian.count * 8 },
              weights.baseAddress.map { $0 + first * 8 }, places.baseAddress.map { $0 + first }, count, band.rowStride,
              plane, product + first * 8)
          }
        }
      }
    }
  }

  /// Goes a step of this length in the direction.
  ///
  /// - Returns: the squared residual, relative to the diagonal.
  private func step(_ length: Float) -> Double {
    band.places.withUnsafeBufferPointer { places in
      forEachStrip { first, count in
        u2cl_matting_step(
          length, places.baseAddress.map { $0 + first }, count, direction, product + first * 8, scales + first * 8,
          alpha, residual + first * 8)
      }
    }
  }

  /// Takes a new direction, with a share of the one before.
  private func turn(_ share: Float) {
    _ = band.places.withUnsafeBufferPointer { places in
      forEachStrip { first, count in
        u2cl_matting_turn(
          share, places.baseAddress.map { $0 + first }, count, residual + first * 8, scales + first * 8, direction)
        return 0
      }
    }
  }

  /// The sum over all strips.
  private func forEachStrip(_ body: (_ first: Int, _ count: Int) -> Double) -> Double {
    band.sumOverStrips { _, blocks in body(blocks.lowerBound, blocks.count) }
  }
}
