// fit_errors, weigh_fits, blend_fits: blend the fits to small windows, which explain a mask that is the average of a
// sharp matte, with the fits to wide windows, which see past a network's blur.
//
// All arrays are [grid.x][grid.y]: mask of floats, guide of (red, green, blue, 1), fits of (a, b), errors of (squared
// error of the fits, squared error of interpolating the mask, 0, 0), and weighted of (a · weight, weight). weigh_fits
// and blend_fits read means over windows. fit_errors interpolates the mask by its mean over 3×3 cells. One work-item
// computes one cell.
#pragma OPENCL FP_CONTRACT OFF

// a·I + b.
float fitted(const float4 fit, const float4 color) {
  const float4 product = fit * color;
  return (product.x + product.y) + (product.z + product.w);
}

__kernel void fit_errors(
    __global const float4 *restrict fits, __global const float4 *restrict guide, __global const float *restrict mask,
    const int2 grid, __global float4 *restrict errors) {
  const int x = (int)get_global_id(0);  // 0 ..< grid.y
  const int y = (int)get_global_id(1);  // 0 ..< grid.x
  if (x >= grid.y || y >= grid.x) return;
  const int left = max(0, x - 1), right = min(grid.y - 1, x + 1);
  const int top = max(0, y - 1), bottom = min(grid.x - 1, y + 1);
  float smooth = 0.0f;
  for (int v = top; v <= bottom; v++) {
    float sum = 0.0f;
    for (int u = left; u <= right; u++) sum += mask[v * grid.y + u];
    smooth += sum / (float)(right - left + 1);
  }
  smooth *= 1.0f / (float)(bottom - top + 1);
  const int cell = y * grid.y + x;
  const float2 difference = mask[cell] - (float2)(fitted(fits[cell], guide[cell]), smooth);
  errors[cell] = (float4)(difference * difference, 0.0f, 0.0f);
}

// Weights fits by their errors; errors well below `tolerance` make no difference.
__kernel void weigh_fits(
    __global const float4 *restrict fits, __global const float4 *restrict errors, const int count,
    const float tolerance,
    __global float4 *restrict weighted) {
  const int cell = (int)get_global_id(0);  // 0 ..< count
  if (cell >= count) return;
  const float weight = 1.0f / (errors[cell].x + tolerance);
  weighted[cell] = (float4)(fits[cell].xyz * weight, weight);
}

// Blends the weighted fits to small windows with the wide fits. The weighted fits count less where interpolating the
// mask has the smaller error: half where their error is `preference` times as large. Their b is chosen so that the cell
// keeps its mean. Their share is half where their error is exactness_limit; the wide fits have the rest.
__kernel void blend_fits(
    __global const float4 *restrict weighted, __global const float4 *restrict errors,
    __global const float4 *restrict wide, __global const float4 *restrict guide, __global const float *restrict mask,
    const int count, const float preference, const float exactness_limit, __global float4 *restrict field) {
  const int cell = (int)get_global_id(0);  // 0 ..< count
  if (cell >= count) return;
  const float2 error = errors[cell].xy;
  const float share = preference * error.y / (preference * error.y + error.x + 1e-7f);
  const float3 a = weighted[cell].xyz * (share / weighted[cell].w);
  const float4 color = guide[cell];
  const float4 exact = (float4)(a, mask[cell] - (a.x * color.x + a.y * color.y + a.z * color.z));
  const float ratio = error.x / exactness_limit;
  const float trust = 1.0f / (1.0f + ratio * ratio);
  field[cell] = wide[cell] + (exact - wide[cell]) * trust;
}
