// conv2d_c16_to_planar: square convolution with zero padding, from blocks of 16 channels to a few planar maps, such as
// the side outputs, with the bias and optionally ReLU.
//
// The input is blocked: element (n, c, y, x) lies at at.x + n * at.y + ((c / 16 * height + y) * width + x) * 16 + c %
// 16, and its channels are a multiple of 16. The output is planar: element (n, c, y, x) lies at at.x + n * at.y + (c *
// height + y) * width + x. Weights are packed [outChannels][inChannels / 16][kernel][kernel][16], the bias is
// [outChannels]. The input and the weights begin at multiples of 16 elements. Sums are float32: 16 partial sums, one
// for each place in a block, are added at the end. One work-item computes X_TILE pixels of a row of one output channel.
// The last tile of a row is shifted back to end at the row's end; the output's width must be at least X_TILE. For CPU
// devices: work-groups of one, no local memory.
#ifndef X_TILE
#define X_TILE 16  // pixels of one tile
#endif

static inline float sum16(const float16 v) {
  const float8 a = v.lo + v.hi;
  const float4 b = a.lo + a.hi;
  return (b.x + b.y) + (b.z + b.w);
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) __attribute__((vec_type_hint(float16)))
void conv2d_c16_to_planar(
    __global const float *restrict in, const ulong2 in_at, const int4 in_shape,
    __global const float *restrict parameters, const ulong2 weights_and_bias,
    __global float *restrict out, const ulong2 out_at, const int4 out_shape,
    const int4 window /* kernel, stride, padding, dilation */, const int rectify) {
  const int x = min((int)get_global_id(0) * X_TILE, out_shape.w - X_TILE);
  const int y = (int)get_global_id(1);                           // 0 ..< output height
  const int out_channel = (int)get_global_id(2) % out_shape.y;       // 0 ..< output channels
  const int image = (int)get_global_id(2) / out_shape.y;         // 0 ..< batch
  const int blocks = in_shape.y / 16, height = in_shape.z, width = in_shape.w;
  const int kernel_size = window.x, stride = window.y, padding = window.z, dilation = window.w;
  const int first = x * stride - padding, last = (x + X_TILE - 1) * stride + (kernel_size - 1) * dilation - padding;
  const int inside = first >= 0 && last < width;  // whether all taps of the tile are inside the row
  __global const float16 *w = (__global const float16 *)(parameters + weights_and_bias.x)
      + (ulong)out_channel * blocks * kernel_size * kernel_size;

  float16 sums[X_TILE];
  #pragma unroll
  for (int i = 0; i < X_TILE; i++) sums[i] = (float16)(0.0f);
  for (int b = 0; b < blocks; b++) {
    for (int ky = 0; ky < kernel_size; ky++, w += kernel_size) {
      const int in_y = y * stride + ky * dilation - padding;
      if (in_y < 0 || in_y >= height) continue;
      __global const float16 *row = (__global const float16 *)(in + in_at.x + image * in_at.y)
          + ((ulong)b * height + in_y) * width;
      for (int kx = 0; kx < kernel_size; kx++) {
        const float16 weights = w[kx];
        if (inside) {
          __global const float16 *pixels = row + first + kx * dilation;
          #pragma unroll
          for (int i = 0; i < X_TILE; i++) sums[i] = fma(pixels[i * stride], weights, sums[i]);
        } else {
          #pragma unroll
          for (int i = 0; i < X_TILE; i++) {
            const int at = first + kx * dilation + i * stride;
            if (at >= 0 && at < width) sums[i] = fma(row[at], weights, sums[i]);
          }
        }
      }
    }
  }
  const float bias = parameters[weights_and_bias.y + out_channel];
  __global float *target = out + out_at.x + image * out_at.y + ((ulong)out_channel * out_shape.z + y) * out_shape.w + x;
  #pragma unroll
  for (int i = 0; i < X_TILE; i++) {
    const float value = bias + sum16(sums[i]);
    target[i] = rectify ? fmax(value, 0.0f) : value;
  }
}
