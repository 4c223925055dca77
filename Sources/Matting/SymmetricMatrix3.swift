/// A symmetric, positive definite 3×3 matrix: the covariance of colours.
struct SymmetricMatrix3 {
  var xx: Float
  var yy: Float
  var zz: Float
  var xy: Float
  var xz: Float
  var yz: Float

  /// The inverse, by cofactors.
  @inline(__always)
  var inverse: SymmetricMatrix3 {
    let (cxx, cxy, cxz) = (yy * zz - yz * yz, xz * yz - xy * zz, xy * yz - xz * yy)
    let scale = 1 / max(xx * cxx + xy * cxy + xz * cxz, Float.leastNormalMagnitude)
    return SymmetricMatrix3(
      xx: cxx * scale, yy: (xx * zz - xz * xz) * scale, zz: (xx * yy - xy * xy) * scale, xy: cxy * scale,
      xz: cxz * scale, yz: (xy * xz - xx * yz) * scale)
  }

  /// The matrix times a vector.
  @inline(__always)
  func times(_ v: SIMD3<Float>) -> SIMD3<Float> {
    SIMD3(xx * v.x + xy * v.y + xz * v.z, xy * v.x + yy * v.y + yz * v.z, xz * v.x + yz * v.y + zz * v.z)
  }

  /// The solution x of A·x = `v`, by A = L·D·Lᵀ. If the colours are on a line, cofactors would lose every digit.
  @inline(__always)
  func solve(_ v: SIMD3<Float>) -> SIMD3<Float> {
    let least = Float.leastNormalMagnitude
    let first = 1 / max(xx, least)
    let (lxy, lxz) = (xy * first, xz * first)
    let second = 1 / max(yy - lxy * xy, least)
    let rest = yz - lxz * xy
    let lyz = rest * second
    let third = 1 / max(zz - lxz * xz - lyz * rest, least)
    let y = v.y - lxy * v.x
    let z = (v.z - lxz * v.x - lyz * y) * third
    let middle = y * second - lyz * z
    return SIMD3(v.x * first - lxy * middle - lxz * z, middle, z)
  }
}
