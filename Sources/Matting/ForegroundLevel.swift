import CPixels
import Tensors

/// A level of the pyramid of `ForegroundEstimation`, or a part of one: its cells, and the current estimates.
struct ForegroundLevel {
  private let means: CellMeans
  /// The foreground's colour and the background's, each in four components of which the last has no meaning.
  private var estimates: [SIMD8<Float>]

  private var size: Size { means.size }

  /// - Parameter coarser: the level of half the size, or a part of it that covers this one; nil for the coarsest level.
  init(_ means: CellMeans, from coarser: ForegroundLevel?) {
    self.means = means
    if let coarser {
      var (part, coarse) = (means.part.asC, coarser.means.part.asC)
      estimates = [SIMD8<Float>](count: means.cells.count) { estimates in
        coarser.estimates.withFloats { u2cl_double_estimates($0, &coarse, &part, estimates) }
      }
    } else {
      estimates = means.cells.map { SIMD8(lowHalf: $0, highHalf: $0) }
    }
  }

  /// Calls `body` with the estimates from a cell on, which is told by its place in the level: eight floats each.
  func withEstimates(from x: Int, _ y: Int, _ body: (UnsafePointer<Float>) -> Void) {
    let part = means.part
    estimates.withFloats { body($0 + 8 * ((y - part.lines.lowerBound) * size.width + x - part.columns.lowerBound)) }
  }

  /// Sets the foreground F and background B of cells to the minimum of the energy for fixed neighbours:
  ///
  /// (α F + (1 − α) B − I)² + Σ (r + g |α − α′|) · ((F − F′)² + (B − B′)²), summed over the four neighbours, where r is
  /// `smoothness` and g is `gradientWeight`.
  ///
  /// - Parameters:
  ///   - iterations: the number of sweeps.
  ///   - onlyMixed: whether only the cells near an edge are computed.
  mutating func relax(_ estimation: ForegroundEstimation, iterations: Int, onlyMixed: Bool) {
    let chosen = onlyMixed ? nearEdges() : nil
    let size = size
    estimates.withUnsafeMutableBytes { estimates in
      means.cells.withFloats { cells in
        withUnsafeTemporaryAllocation(of: Float.self, capacity: u2cl_relax_scratch(size.width, size.height)) {
          scratch in
          u2cl_relax(
            cells, size.width, size.height, chosen, estimation.smoothness, estimation.gradientWeight,
            Int32(iterations), scratch.baseAddress, estimates.bindMemory(to: Float.self).baseAddress)
        }
      }
    }
  }

  /// 1 for every cell within `ForegroundTiling.reach` of one whose alpha is neither 0 nor 1, or differs from its
  /// neighbour's; else 0.
  private func nearEdges() -> [UInt8] {
    let count = means.cells.count
    return [UInt8](unsafeUninitializedCapacity: count) { near, initialized in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { alphas in
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { scratch in
          means.cells.withFloats { cells in
            u2cl_near_edges(
              cells, size.width, size.height, ForegroundTiling.reach, alphas.baseAddress, scratch.baseAddress,
              near.baseAddress)
          }
        }
      }
      initialized = count
    }
  }
}

extension CellPart {
  fileprivate var asC: u2cl_cell_part {
    u2cl_cell_part(x: columns.lowerBound, y: lines.lowerBound, width: columns.count, height: lines.count)
  }
}
