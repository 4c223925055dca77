// box_rows, box_columns: the mean of the vectors up to `radius` cells to the left and right, or above and below.
// Windows are clipped at the border. Both kernels in turn compute means over squares.
//
// in and out are [grid.x][grid.y] vectors. One work-item computes one cell, in the host's order.
#pragma OPENCL FP_CONTRACT OFF

__kernel void box_rows(
    __global const float4 *restrict in, const int2 grid, const int radius, __global float4 *restrict out) {
  const int x = (int)get_global_id(0);  // 0 ..< grid.y
  const int y = (int)get_global_id(1);  // 0 ..< grid.x
  if (x >= grid.y || y >= grid.x) return;
  const int first = max(0, x - radius), last = min(grid.y - 1, x + radius);
  float4 sum = (float4)(0.0f);
  for (int i = first; i <= last; i++) sum += in[y * grid.y + i];
  out[y * grid.y + x] = sum / (float)(last - first + 1);
}

__kernel void box_columns(
    __global const float4 *restrict in, const int2 grid, const int radius, __global float4 *restrict out) {
  const int x = (int)get_global_id(0);  // 0 ..< grid.y
  const int y = (int)get_global_id(1);  // 0 ..< grid.x
  if (x >= grid.y || y >= grid.x) return;
  const int first = max(0, y - radius), last = min(grid.x - 1, y + radius);
  float4 sum = (float4)(0.0f);
  for (int i = first; i <= last; i++) sum += in[i * grid.y + x];
  out[y * grid.y + x] = sum * (1.0f / (float)(last - first + 1));
}
