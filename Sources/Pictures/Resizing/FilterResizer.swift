package import Tensors

/// Resizes 8-bit samples bit for bit as Pillow does: one pass along rows and one along columns, each rounded to 8 bits,
/// with weights of 22 fractional bits (Pillow 13, `src/libImaging/Resample.c`).
///
/// If the height shrinks by much more than the width, columns come first. Before Pillow 13 rows always came first,
/// which rounds some samples differently.
package struct FilterResizer {
  private let source: Size
  private let target: Size
  private let horizontal: FilterTaps
  private let vertical: FilterTaps

  /// A resizer between two sizes, neither of which is empty.
  package init(from source: Size, to target: Size, filter: ResizeFilter) {
    self.source = source
    self.target = target
    self.horizontal = FilterTaps(from: source.width, to: target.width, filter: filter)
    self.vertical = FilterTaps(from: source.height, to: target.height, filter: filter)
  }

  /// Whether the pass along columns comes first: if the height shrinks by more than twice as much as the width.
  package static func filtersColumnsFirst(from source: Size, to target: Size) -> Bool {
    let shrunk = (rows: source.height - target.height, columns: source.width - target.width)
    return shrunk.rows > 0 && shrunk.rows > 2 * shrunk.columns
  }

  /// Resizes interleaved samples, `[height, width, channels]`.
  package func resize(_ samples: [UInt8], channels: Int) -> [UInt8] {
    precondition(samples.count == source.height * source.width * channels)
    if Self.filtersColumnsFirst(from: source, to: target) {
      let low = alongColumns(samples, width: source.width, channels: channels)
      return alongRows(low, height: target.height, channels: channels)
    }
    let narrow = alongRows(samples, height: source.height, channels: channels)
    return alongColumns(narrow, width: target.width, channels: channels)
  }

  private func alongRows(_ samples: [UInt8], height: Int, channels: Int) -> [UInt8] {
    guard source.width != target.width else { return samples }
    let (from, to) = (source.width * channels, target.width * channels)
    return samples.withUnsafeBufferPointer { source in
      Array(unsafeUninitializedCapacity: height * to) { target, initialized in
        for y in 0..<height {
          let row = UnsafeBufferPointer(rebasing: source[y * from..<(y + 1) * from])
          let result = UnsafeMutableBufferPointer(rebasing: target[y * to..<(y + 1) * to])
          if channels == 3 { horizontal.filterRGB(row, into: result) } else { horizontal.filterGrey(row, into: result) }
        }
        initialized = height * to
      }
    }
  }

  private func alongColumns(_ samples: [UInt8], width: Int, channels: Int) -> [UInt8] {
    guard source.height != target.height else { return samples }
    let row = width * channels
    return samples.withUnsafeBufferPointer { source in
      Array(unsafeUninitializedCapacity: target.height * row) { target, initialized in
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: row) { sums in
          for y in 0..<self.target.height {
            let result = UnsafeMutableBufferPointer(rebasing: target[y * row..<(y + 1) * row])
            vertical.filterColumns(of: source, row: y, into: result, sums)
          }
        }
        initialized = self.target.height * row
      }
    }
  }
}
