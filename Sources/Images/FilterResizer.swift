package import Tensors

/// Pillow's resize of 8-bit samples, to the bit: two passes, first along rows and then along columns, each rounded to
/// 8 bits, with weights of 22 fractional bits (Pillow `src/libImaging/Resample.c`).
package struct FilterResizer {
  private let source: Size
  private let target: Size
  private let horizontal: FilterTaps
  private let vertical: FilterTaps

  /// A resizer between two sizes, neither of them empty.
  package init(from source: Size, to target: Size, filter: ResizeFilter) {
    self.source = source
    self.target = target
    self.horizontal = FilterTaps(from: source.width, to: target.width, filter: filter)
    self.vertical = FilterTaps(from: source.height, to: target.height, filter: filter)
  }

  /// Resizes interleaved samples: `[height, width, channels]` of the source to the same of the target.
  package func resize(_ samples: [UInt8], channels: Int) -> [UInt8] {
    precondition(samples.count == source.height * source.width * channels)
    let wide = source.width == target.width ? samples : alongRows(samples, channels: channels)
    return source.height == target.height ? wide : alongColumns(wide, channels: channels)
  }

  private func alongRows(_ samples: [UInt8], channels: Int) -> [UInt8] {
    let (from, to) = (source.width * channels, target.width * channels)
    return samples.withUnsafeBufferPointer { source in
      Array(unsafeUninitializedCapacity: self.source.height * to) { target, initialized in
        for y in 0..<self.source.height {
          let row = UnsafeBufferPointer(rebasing: source[y * from..<(y + 1) * from])
          let result = UnsafeMutableBufferPointer(rebasing: target[y * to..<(y + 1) * to])
          if channels == 3 { horizontal.filterRGB(row, into: result) } else { horizontal.filterGrey(row, into: result) }
        }
        initialized = self.source.height * to
      }
    }
  }

  private func alongColumns(_ samples: [UInt8], channels: Int) -> [UInt8] {
    let row = target.width * channels
    return samples.withUnsafeBufferPointer { source in
      Array(unsafeUninitializedCapacity: target.height * row) { target, initialized in
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: row) { sums in
          for y in 0..<self.target.height {
            sums.initialize(repeating: FilterTaps.half)
            for tap in 0..<vertical.counts[y] {
              let weight = vertical.weights[y * vertical.stride + tap]
              let line = UnsafeBufferPointer(rebasing: source[((vertical.firsts[y] + tap) * row)...].prefix(row))
              for i in 0..<row { sums[i] &+= Int32(line[i]) &* weight }
            }
            for i in 0..<row { target.initializeElement(at: y * row + i, to: FilterTaps.rounded(sums[i])) }
          }
        }
        initialized = self.target.height * row
      }
    }
  }
}
