// window_moments, window_fits: the affine function of colour that fits a mask best in the square window around each
// cell, by least squares: a = (Σ + εU)⁻¹ · cov(I, p), b = p̄ − a·Ī, equations (14) and (19) of He, Sun and Tang, Guided
// Image Filtering (2013).
//
// guide is [grid.x][grid.y] of (red, green, blue, 1), mask is [grid.x][grid.y] floats. moments is [4][grid.x][grid.y]
// vectors: the means along rows of (I, p), p·I, I·I and (red·green, red·blue, green·blue, 0). fits is [grid.x][grid.y]
// of (a, b). Windows are clipped at the border. One work-item computes one cell, in the host's order.
#pragma OPENCL FP_CONTRACT OFF

__kernel void window_moments(
    __global const float4 *restrict guide, __global const float *restrict mask, const int2 grid, const int radius,
    __global float4 *restrict moments) {
  const int x = (int)get_global_id(0);  // 0 ..< grid.y
  const int y = (int)get_global_id(1);  // 0 ..< grid.x
  if (x >= grid.y || y >= grid.x) return;
  const int first = max(0, x - radius), last = min(grid.y - 1, x + radius);
  float4 colors = (float4)(0.0f), cross_products = (float4)(0.0f), squares = (float4)(0.0f), products = (float4)(0.0f);
  for (int i = first; i <= last; i++) {
    const float4 color = guide[y * grid.y + i];
    const float p = mask[y * grid.y + i];
    colors += (float4)(color.xyz, p);
    cross_products += color * p;
    squares += color * color;
    products += (float4)(color.x * color.y, color.x * color.z, color.y * color.z, 0.0f);
  }
  const float count = (float)(last - first + 1);
  const int cell = y * grid.y + x, plane = grid.x * grid.y;
  moments[cell] = colors / count;
  moments[plane + cell] = cross_products / count;
  moments[2 * plane + cell] = squares / count;
  moments[3 * plane + cell] = products / count;
}

// Solves A·x = v for a symmetric, positive definite A by A = L·D·Lᵀ; diagonal holds xx, yy, zz, others xy, xz, yz.
float3 solve_symmetric(const float3 diagonal, const float3 others, const float3 v) {
  const float first = 1.0f / fmax(diagonal.x, FLT_MIN);
  const float lxy = others.x * first, lxz = others.y * first;
  const float second = 1.0f / fmax(diagonal.y - lxy * others.x, FLT_MIN);
  const float rest = others.z - lxz * others.x;
  const float lyz = rest * second;
  const float third = 1.0f / fmax(diagonal.z - lxz * others.y - lyz * rest, FLT_MIN);
  const float y = v.y - lxy * v.x;
  const float z = (v.z - lxz * v.x - lyz * y) * third;
  const float middle = y * second - lyz * z;
  return (float3)(v.x * first - lxy * middle - lxz * z, middle, z);
}

__kernel void window_fits(
    __global const float4 *restrict moments, const int2 grid, const int radius, const float epsilon,
    __global float4 *restrict fits) {
  const int x = (int)get_global_id(0);  // 0 ..< grid.y
  const int y = (int)get_global_id(1);  // 0 ..< grid.x
  if (x >= grid.y || y >= grid.x) return;
  const int first = max(0, y - radius), last = min(grid.x - 1, y + radius), plane = grid.x * grid.y;
  float4 m = (float4)(0.0f), c = (float4)(0.0f), s = (float4)(0.0f), q = (float4)(0.0f);
  for (int i = first; i <= last; i++) {
    const int cell = i * grid.y + x;
    m += moments[cell];
    c += moments[plane + cell];
    s += moments[2 * plane + cell];
    q += moments[3 * plane + cell];
  }
  const float share = 1.0f / (float)(last - first + 1);
  m *= share;
  c *= share;
  s *= share;
  q *= share;
  const float3 variances = s.xyz - m.xyz * m.xyz + epsilon;
  const float3 covariances = (float3)(q.x - m.x * m.y, q.y - m.x * m.z, q.z - m.y * m.z);
  const float3 a = solve_symmetric(variances, covariances, c.xyz - m.xyz * m.w);
  fits[y * grid.y + x] = (float4)(a, m.w - (a.x * m.x + a.y * m.y + a.z * m.z));
}
