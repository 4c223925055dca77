// average_map, average_picture: the means of a map or a picture over the cells of a grid with at most as many rows and
// columns. A pixel is weighted by the part of the cell that it covers.
//
// grid = (rows, columns). average_map takes the values of a map of size = (height, width) floats, from element `at` on,
// by its form, as in map_value; ranges holds range_count pairs from value_range, from pair range_at on. out is
// [grid.x][grid.y] floats. average_picture takes samples as sample_picture does; out is [grid.x][grid.y] of (red,
// green, blue, 1) in 0 … 1. One work-item computes one cell, and sums are in the host's order.
#pragma OPENCL FP_CONTRACT OFF

// A cell along one axis. Pixels first ..< last overlap it. In units in which a pixel is `cells` long and a cell
// `pixels`, the cell begins at start and ends at end.
typedef struct {
  long start, end, pixels, cells;
  int first, last;
} Span;

Span cell_span(const int cell, const int pixels, const int cells) {
  Span span = {(long)cell * pixels, (long)(cell + 1) * pixels, pixels, cells, 0, 0};
  span.first = (int)(span.start / cells);
  span.last = (int)((span.end + cells - 1) / cells);
  return span;
}

// The part of the cell that a pixel covers.
float covered(const Span span, const int pixel) {
  const long begin = max(span.start, pixel * span.cells), end = min(span.end, (pixel + 1) * span.cells);
  return (float)(end - begin) / (float)span.pixels;
}

__kernel void average_map(
    __global const float *restrict map, const ulong at, const int2 size, const int form,
    __global const float2 *restrict ranges, const int range_at, const int range_count, const int2 grid,
    __global float *restrict out) {
  const int x = (int)get_global_id(0);  // 0 ..< grid.y
  const int y = (int)get_global_id(1);  // 0 ..< grid.x
  if (x >= grid.y || y >= grid.x) return;
  float least = INFINITY, greatest = -INFINITY;
  for (int i = 0; i < range_count; i++) {
    least = fmin(least, ranges[range_at + i].x);
    greatest = fmax(greatest, ranges[range_at + i].y);
  }
  const Span rows = cell_span(y, size.x, grid.x), columns = cell_span(x, size.y, grid.y);
  float sum = 0.0f;
  for (int v = rows.first; v < rows.last; v++) {
    const float part = covered(rows, v);
    for (int u = columns.first; u < columns.last; u++) {
      const float value = map_value(map[at + (ulong)v * size.y + u], form, least, greatest);
      sum += value * (part * covered(columns, u));
    }
  }
  out[y * grid.y + x] = sum;
}

__kernel void average_picture(
    __global const uchar *restrict in, const ulong at, const int4 shape, const uint background, const int2 grid,
    __global float4 *restrict out) {
  const int x = (int)get_global_id(0);  // 0 ..< grid.y
  const int y = (int)get_global_id(1);  // 0 ..< grid.x
  if (x >= grid.y || y >= grid.x) return;
  const bool deep = shape.w == 2;
  const uint3 behind = background_color(background, deep);
  const float scale = deep ? 1.0f / 65535.0f : 1.0f / 255.0f;
  const Span rows = cell_span(y, shape.x, grid.x), columns = cell_span(x, shape.y, grid.y);
  float4 sum = (float4)(0.0f);
  for (int u = columns.first; u < columns.last; u++) {
    float4 column = (float4)(0.0f);
    for (int v = rows.first; v < rows.last; v++) {
      const float3 color = opaque_pixel(in + at, (ulong)v * shape.y + u, shape.z, deep, behind) * scale;
      column += (float4)(color, 1.0f) * covered(rows, v);
    }
    sum += column * covered(columns, u);
  }
  out[y * grid.y + x] = sum;
}
