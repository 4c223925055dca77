import Tensors

/// The mean of the colours in a square window around each cell, for small radii. Windows are clipped at the border.
struct BoxMean {
  private let size: Size
  private let radius: Int

  /// The means of a plane of this size; the side of a window is `2 · radius + 1` cells.
  init(size: Size, radius: Int) {
    self.size = size
    self.radius = radius
  }

  /// The means of colours, `[height, width]`, row-major.
  func callAsFunction(_ colors: [SIMD4<Float>]) -> [SIMD4<Float>] {
    precondition(colors.count == size.height * size.width)
    return downColumns(alongRows(colors))
  }

  private func alongRows(_ colors: [SIMD4<Float>]) -> [SIMD4<Float>] {
    let width = size.width
    return [SIMD4<Float>](unsafeUninitializedCapacity: colors.count) { result, initialized in
      nonisolated(unsafe) let result = result
      colors.withUnsafeBufferPointer { colors in
        nonisolated(unsafe) let colors = colors
        inParallel(size.height) { y in
          let row = y * width
          for x in 0..<width {
            let (first, last) = (max(0, x - radius), min(width - 1, x + radius))
            var sum = SIMD4<Float>.zero
            for i in first...last { sum += colors[row + i] }
            result.initializeElement(at: row + x, to: sum / Float(last - first + 1))
          }
        }
      }
      initialized = colors.count
    }
  }

  private func downColumns(_ colors: [SIMD4<Float>]) -> [SIMD4<Float>] {
    let (width, height) = (size.width, size.height)
    return [SIMD4<Float>](unsafeUninitializedCapacity: colors.count) { result, initialized in
      nonisolated(unsafe) let result = result
      colors.withUnsafeBufferPointer { colors in
        nonisolated(unsafe) let colors = colors
        inParallel(height) { y in
          let (first, last) = (max(0, y - radius), min(height - 1, y + radius))
          let share = 1 / Float(last - first + 1)
          for x in 0..<width {
            var sum = SIMD4<Float>.zero
            for i in first...last { sum += colors[i * width + x] }
            result.initializeElement(at: y * width + x, to: sum * share)
          }
        }
      }
      initialized = colors.count
    }
  }
}
