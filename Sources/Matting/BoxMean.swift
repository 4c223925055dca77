package import Tensors

/// The mean of the values in a square window around each cell, for small radii. Windows are clipped at the border.
package struct BoxMean {
  private let size: Size
  private let radius: Int

  /// The means of a plane of this size; the side of a window is `2 · radius + 1` cells.
  package init(size: Size, radius: Int) {
    self.size = size
    self.radius = radius
  }

  /// The means of colours, `[height, width]`, row-major. For other modules, where the generic form would be slow.
  package func ofColors(_ colors: [SIMD4<Float>]) -> [SIMD4<Float>] { self(colors) }

  /// The means of vectors, `[height, width]`, row-major.
  package func callAsFunction<Vector: SIMD<Float>>(_ values: [Vector]) -> [Vector] {
    precondition(values.count == size.height * size.width)
    let along = alongRows(values)
    return downColumns(along)
  }

  private func alongRows<Vector: SIMD<Float>>(_ values: [Vector]) -> [Vector] {
    let width = size.width
    return [Vector](unsafeUninitializedCapacity: values.count) { result, initialized in
      nonisolated(unsafe) let result = result
      values.withUnsafeBufferPointer { values in
        nonisolated(unsafe) let values = values
        inParallel(size.height) { y in
          let row = y * width
          for x in 0..<width {
            let (first, last) = (max(0, x - radius), min(width - 1, x + radius))
            var sum = Vector.zero
            for i in first...last { sum += values[row + i] }
            result.initializeElement(at: row + x, to: sum / Float(last - first + 1))
          }
        }
      }
      initialized = values.count
    }
  }

  private func downColumns<Vector: SIMD<Float>>(_ values: [Vector]) -> [Vector] {
    let (width, height) = (size.width, size.height)
    return [Vector](unsafeUninitializedCapacity: values.count) { result, initialized in
      nonisolated(unsafe) let result = result
      values.withUnsafeBufferPointer { values in
        nonisolated(unsafe) let values = values
        inParallel(height) { y in
          let (first, last) = (max(0, y - radius), min(height - 1, y + radius))
          let share = 1 / Float(last - first + 1)
          for x in 0..<width {
            var sum = Vector.zero
            for i in first...last { sum += values[i * width + x] }
            result.initializeElement(at: y * width + x, to: sum * share)
          }
        }
      }
      initialized = values.count
    }
  }
}
