// average_pixels, sum_pixels, sum_cells, relax_levels: the levels from which the colours of a cut-out are estimated, by
// the multi-level method of Germer, Uelwer, Conrad and Harmeling (2020).
//
// in holds shape = (height, width, 3 or 4 channels, bytes of a sample) samples from byte `at` on, interleaved; mattes
// holds [height][width] alphas of 16 bits from element matte_at on. The cells of level l have a side of 1 << l pixels,
// and the level has (height, width) / (1 << l) of them, rounded up. Means are (red, green, blue, alpha) in 0 … 1; sums
// are those of a cell's pixels, with alpha in 0 … 65535.
#pragma OPENCL FP_CONTRACT OFF

// The means of a level's cells, from element slot_at of `slots` on; its rows and columns go to sizes[picture]. One
// work-item computes one cell, in the host's order.
__kernel void average_pixels(
    __global const uchar *restrict in, const ulong at, const int4 shape, __global const ushort *restrict mattes,
    const ulong matte_at, const int level, const int picture, __global int2 *restrict sizes,
    __global float4 *restrict slots, const ulong slot_at) {
  const int2 grid = level_size(shape.xy, level);
  const int x = (int)get_global_id(0);  // 0 ..< grid.y
  const int y = (int)get_global_id(1);  // 0 ..< grid.x
  if (x >= grid.y || y >= grid.x) return;
  if (x == 0 && y == 0) sizes[picture] = grid;
  float4 sum = (float4)(0.0f);
  for (int v = y << level; v < min(shape.x, (y + 1) << level); v++) {
    float3 color = (float3)(0.0f);
    uint alpha = 0;
    for (int u = x << level; u < min(shape.y, (x + 1) << level); u++) {
      const ulong pixel = (ulong)v * shape.y + u;
      color += pixel_cell(in + at, pixel, shape.z, shape.w == 2, mattes + matte_at).xyz;
      alpha += mattes[matte_at + pixel];
    }
    sum += (float4)(color, (float)alpha);
  }
  slots[slot_at + y * grid.y + x] = cell_mean(sum, cell_count(x, y, level, shape.xy));
}

// The sums of level 1. One work-item computes one cell.
__kernel void sum_pixels(
    __global const uchar *restrict in, const ulong at, const int4 shape, __global const ushort *restrict mattes,
    const ulong matte_at, __global float4 *restrict sums) {
  const int2 grid = level_size(shape.xy, 1);
  const int x = (int)get_global_id(0);  // 0 ..< grid.y
  const int y = (int)get_global_id(1);  // 0 ..< grid.x
  if (x >= grid.y || y >= grid.x) return;
  const bool deep = shape.w == 2, has_right = 2 * x + 1 < shape.y, has_below = 2 * y + 1 < shape.x;
  const ulong first = (ulong)(2 * y) * shape.y + 2 * x;
  __global const uchar *bytes = in + at;
  __global const ushort *matte = mattes + matte_at;
  float4 sum = pixel_cell(bytes, first, shape.z, deep, matte);
  if (has_right) sum += pixel_cell(bytes, first + 1, shape.z, deep, matte);
  if (has_below) sum += pixel_cell(bytes, first + shape.y, shape.z, deep, matte);
  if (has_right && has_below) sum += pixel_cell(bytes, first + shape.y + 1, shape.z, deep, matte);
  sums[(ulong)y * grid.y + x] = sum;
}

// The sums of the next level, from element to_at of `sums` on, from those of a level of grid = (rows, columns) from
// element from_at on. One work-item computes one cell.
__kernel void sum_cells(__global float4 *sums, const ulong from_at, const int2 grid, const ulong to_at) {
  const int2 target = (grid + 1) / 2;
  const int x = (int)get_global_id(0);  // 0 ..< target.y
  const int y = (int)get_global_id(1);  // 0 ..< target.x
  if (x >= target.y || y >= target.x) return;
  const bool has_right = 2 * x + 1 < grid.y, has_below = 2 * y + 1 < grid.x;
  const ulong first = from_at + (ulong)(2 * y) * grid.y + 2 * x;
  float4 sum = sums[first];
  if (has_right) sum += sums[first + 1];
  if (has_below) sum += sums[first + grid.y];
  if (has_right && has_below) sum += sums[first + grid.y + 1];
  sums[to_at + (ulong)y * target.y + x] = sum;
}

// Estimates the largest level that is computed completely, and for it all smaller ones, down to one cell. Each
// work-group does so for the picture of its number, whose slot has `stride` elements: the levels' means, the largest
// first, of which average_pixels has made that one; then, from element estimates_at on, four parts of `part` elements,
// of which the first becomes the foreground of the largest level, and the second its background.
__kernel void relax_levels(
    __global const int2 *restrict sizes, __global float4 *slots, const ulong stride, const int estimates_at,
    const int part, const int sweeps, const float2 weights) {
  const int item = (int)get_local_id(0), items = (int)get_local_size(0);
  const int picture = (int)get_group_id(0);
  __global float4 *slot = slots + stride * picture;
  __global float4 *estimates = slot + estimates_at;
  const int2 size = sizes[picture];
  int last = 0, offset = 0;
  for (int2 grid = size; grid.x * grid.y > 1; last++) {
    const int2 target = (grid + 1) / 2;
    __global const float4 *means = slot + offset;
    offset += grid.x * grid.y;
    for (int i = item; i < target.x * target.y; i += items) {
      const int y = i / target.y, x = i % target.y;
      const int above = 2 * y * grid.y, below = min(2 * y + 1, grid.x - 1) * grid.y;
      const int left = 2 * x, right = min(2 * x + 1, grid.y - 1);
      const float4 sum = (means[above + left] + means[above + right]) + (means[below + left] + means[below + right]);
      slot[offset + i] = sum * 0.25f;
    }
    barrier(CLK_GLOBAL_MEM_FENCE);
    grid = target;
  }
  Estimates coarse;
  for (int level = last; level >= 0; level--) {
    Estimates fine;
    fine.origin = (int2)(0);
    fine.size = level_size(size, level);
    fine.foreground = estimates + (level % 2) * 2 * part;
    fine.background = fine.foreground + part;
    if (level == last) {
      if (item == 0) fine.foreground[0] = fine.background[0] = slot[offset];
    } else {
      double_level(coarse, fine);
      offset -= fine.size.x * fine.size.y;
    }
    barrier(CLK_GLOBAL_MEM_FENCE);
    relax_level(fine, slot + offset, 0, sweeps, weights);
    coarse = fine;
  }
}
