extension SIMD4<Float> {
  /// The sum of the products, number by number.
  @inlinable @inline(__always)
  package func dot(_ other: SIMD4<Float>) -> Float {
    let product = self * other
    return (product.x + product.y) + (product.z + product.w)
  }

  /// Every number brought into 0 … `limit`; the standard library's `clamped` goes through them one by one.
  @inlinable @inline(__always)
  package func clamped(to limit: Float) -> SIMD4<Float> {
    let raised = replacing(with: 0, where: self .< 0)
    return raised.replacing(with: limit, where: raised .> limit)
  }
}
