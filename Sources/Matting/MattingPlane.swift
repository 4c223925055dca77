internal import CPixels

/// The values of the pixels of a level, with a margin; see `MattingBand`. They are zero at first, and take memory only
/// where they are written.
package final class MattingPlane: @unchecked Sendable {
  /// The values. No two threads may access the same one if either writes.
  package let values: UnsafeMutablePointer<Float>

  /// Zeros.
  package init(count: Int) {
    guard let values = u2cl_zeroed_floats(count) else { fatalError("no memory for \(count) pixels of a matte") }
    self.values = values
  }

  deinit { u2cl_free_floats(values) }
}
