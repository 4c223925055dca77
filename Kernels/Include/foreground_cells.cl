// foreground_cells: the steps that all levels of a foreground estimation have in common. Floats are rounded as on the
// host, because a small weight turns differences in the last digits of alpha into levels of colour.
#pragma OPENCL FP_CONTRACT OFF

// A pixel's red, green and blue as samples; its alpha, if it has any, is ignored.
uint3 pixel_samples(__global const uchar *bytes, const ulong pixel, const int channels, const bool deep) {
  __global const ushort *words = (__global const ushort *)bytes;
  const ulong first = pixel * channels;
  return deep ? (uint3)(words[first], words[first + 1], words[first + 2])
              : (uint3)(bytes[first], bytes[first + 1], bytes[first + 2]);
}

// A pixel as a cell: red, green and blue in 0 … 1, and the matte's value, 0 … 65535.
float4 pixel_cell(
    __global const uchar *bytes, const ulong pixel, const int channels, const bool deep,
    __global const ushort *matte) {
  const float3 color =
      convert_float3(pixel_samples(bytes, pixel, channels, deep)) * (deep ? 1.0f / 65535.0f : 1.0f / 255.0f);
  return (float4)(color, (float)matte[pixel]);
}

// a / b, rounded better than OpenCL requires of a division.
float quotient(const float a, const float b) {
  const float result = a / b;
  return result + fma(-result, b, a) / b;
}

// The mean of a cell of `count` pixels: its colour, and its alpha in 0 … 1.
float4 cell_mean(const float4 sum, const float count) {
  return (float4)(
      quotient(sum.x, count), quotient(sum.y, count), quotient(sum.z, count), quotient(sum.w, count * 65535.0f));
}

// The pixels of a cell whose side is 1 << level pixels, in a picture of size (height, width).
float cell_count(const int x, const int y, const int level, const int2 size) {
  const int columns = min(size.y, (x + 1) << level) - (x << level);
  const int rows = min(size.x, (y + 1) << level) - (y << level);
  return (float)columns * (float)rows;
}

// The rows and columns of a level.
int2 level_size(const int2 size, const int level) { return (size + (1 << level) - 1) >> level; }

// A level or a part of one. Arrays are [size.x][size.y]; origin = (row, column) of the first cell in the level.
typedef struct {
  int2 origin, size;
  __global float4 *foreground, *background;
} Estimates;

// Sets the estimates of a level to those of the cells of the level of half the size.
void double_level(const Estimates coarse, const Estimates fine) {
  const int items = (int)get_local_size(0), count = fine.size.x * fine.size.y;
  for (int i = (int)get_local_id(0); i < count; i += items) {
    const int2 cell = (int2)(i / fine.size.y, i % fine.size.y);
    const int2 parent = min((fine.origin + cell) / 2 - coarse.origin, coarse.size - 1);
    fine.foreground[i] = coarse.foreground[parent.x * coarse.size.y + parent.y];
    fine.background[i] = coarse.background[parent.x * coarse.size.y + parent.y];
  }
}

// Adds a neighbour's estimates with the weight smoothness + gradient_weight · |Δalpha|.
void add_neighbour(
    const Estimates level, __global const float4 *means, const int neighbour, const float alpha, const float2 weights,
    float3 *foreground, float3 *background, float *sum) {
  const float weight = weights.x + weights.y * fabs(alpha - means[neighbour].w);
  *sum += weight;
  *foreground += level.foreground[neighbour].xyz * weight;
  *background += level.background[neighbour].xyz * weight;
}

// Sets a cell's foreground and background to the minimum of the energy for fixed neighbours.
void relax_cell(
    const Estimates level, __global const float4 *means, const int x, const int y, const float2 weights) {
  const int width = level.size.y, i = y * width + x;
  const float4 mean = means[i];
  const float alpha = mean.w;
  float sum = 0.0f;
  float3 f = (float3)(0.0f), b = (float3)(0.0f);
  if (x > 0) add_neighbour(level, means, i - 1, alpha, weights, &f, &b, &sum);
  if (x + 1 < width) add_neighbour(level, means, i + 1, alpha, weights, &f, &b, &sum);
  if (y > 0) add_neighbour(level, means, i - width, alpha, weights, &f, &b, &sum);
  if (y + 1 < level.size.x) add_neighbour(level, means, i + width, alpha, weights, &f, &b, &sum);
  const float rest = 1.0f - alpha;
  const float ff = alpha * alpha + sum, fb = alpha * rest, bb = rest * rest + sum;
  const float scale = quotient(1.0f, fmax(ff * bb - fb * fb, 1e-12f));
  f += mean.xyz * alpha;
  b += mean.xyz * rest;
  level.foreground[i] = (float4)(clamp((f * bb - b * fb) * scale, 0.0f, 1.0f), 1.0f);
  level.background[i] = (float4)(clamp((b * ff - f * fb) * scale, 0.0f, 1.0f), 1.0f);
}

// Sweeps over the chosen cells of a level, or over all if `chosen` is null, by all work-items of a group.
//
// The result is that of sweeps in the order of rows, one after the other: a cell depends on its four neighbours alone,
// so the cells of a diagonal (x + y constant) are independent, and a sweep may follow two diagonals behind the one
// before. All must arrive; what they wrote before must be visible.
void relax_level(
    const Estimates level, __global const float4 *means, __global const uchar *chosen, const int sweeps,
    const float2 weights) {
  const int items = (int)get_local_size(0), height = level.size.x, width = level.size.y;
  const int diagonals = height + width - 1, longest = min(height, width);
  for (int step = 0; step < diagonals + 2 * (sweeps - 1); step++) {
    for (int n = (int)get_local_id(0); n < sweeps * longest; n += items) {
      const int diagonal = step - 2 * (n / longest);
      const int y = max(0, diagonal - (width - 1)) + n % longest, x = diagonal - y;
      if (x < 0 || y >= height) continue;
      if (!chosen || chosen[y * width + x]) relax_cell(level, means, x, y, weights);
    }
    barrier(CLK_GLOBAL_MEM_FENCE);
  }
}
