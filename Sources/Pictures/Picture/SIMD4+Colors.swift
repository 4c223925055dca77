extension SIMD4<Float> {
  /// The dot product.
  @inlinable @inline(__always)
  package func dot(_ other: SIMD4<Float>) -> Float {
    let product = self * other
    return (product.x + product.y) + (product.z + product.w)
  }

  /// Every component clamped to 0 … `limit`. The standard library's `clamped` does not use vector instructions.
  @inlinable @inline(__always)
  package func clamped(to limit: Float) -> SIMD4<Float> {
    let raised = replacing(with: 0, where: self .< 0)
    return raised.replacing(with: limit, where: raised .> limit)
  }
}
