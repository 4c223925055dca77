// conv2d_planar_to_c16: square convolution with zero padding, from planar activations, such as a picture, to blocks of
// 16 channels, with the bias and optionally ReLU.
//
// The input is planar: element (n, c, y, x) lies at at.x + n * at.y + (c * height + y) * width + x. The output is
// blocked: element (n, c, y, x) lies at at.x + n * at.y + ((c / 16 * height + y) * width + x) * 16 + c % 16, and its
// channels are a multiple of 16. Weights are packed [outChannels / 16][inChannels][kernel][kernel][16], the bias is
// [outChannels]. The output and the parameters begin at multiples of 16 elements. Sums are float32. One work-item
// computes X_TILE pixels of a row for 16 output channels. The last tile of a row is shifted back to end at the row's
// end; the output's width must be at least X_TILE. For CPU devices: work-groups of one, no local memory.
#ifndef X_TILE
#define X_TILE 16  // pixels of one tile
#endif

// sums[i] += pixel i * weights; `pixel` may use i_.
#define ACCUMULATE(pixel, weights) { \
    const float16 weights_ = *(__global const float16 *)(weights); \
    _Pragma("unroll") \
    for (int i_ = 0; i_ < X_TILE; i_++) sums[i_] = fma((float16)(pixel), weights_, sums[i_]); \
  }

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) __attribute__((vec_type_hint(float16)))
void conv2d_planar_to_c16(
    __global const float *restrict in, const ulong2 in_at, const int4 in_shape,
    __global const float *restrict parameters, const ulong2 weights_and_bias,
    __global float *restrict out, const ulong2 out_at, const int4 out_shape,
    const int4 window /* kernel, stride, padding, dilation */, const int rectify) {
  const int out_blocks = out_shape.y / 16, out_height = out_shape.z, out_width = out_shape.w;
  const int block = (int)get_global_id(0) % out_blocks;  // 16 output channels
  const int image = (int)get_global_id(0) / out_blocks;  // 0 ..< batch
  const int x = min((int)get_global_id(1) * X_TILE, out_width - X_TILE);
  const int y = (int)get_global_id(2);                   // 0 ..< output height
  const int channels = in_shape.y, height = in_shape.z, width = in_shape.w;
  const int kernel_size = window.x, stride = window.y, padding = window.z, dilation = window.w;
  const int first = x * stride - padding, last = (x + X_TILE - 1) * stride + (kernel_size - 1) * dilation - padding;
  const int inside = first >= 0 && last < width;  // whether all taps of the tile are inside the row
  __global const float *w = parameters + weights_and_bias.x + (ulong)block * channels * kernel_size * kernel_size * 16;
  const float16 bias = *(__global const float16 *)(parameters + weights_and_bias.y + block * 16);

  float16 sums[X_TILE];
  #pragma unroll
  for (int i = 0; i < X_TILE; i++) sums[i] = bias;
  for (int c = 0; c < channels; c++) {
    for (int ky = 0; ky < kernel_size; ky++, w += kernel_size * 16) {
      const int in_y = y * stride + ky * dilation - padding;
      if (in_y < 0 || in_y >= height) continue;
      __global const float *row = in + in_at.x + image * in_at.y + ((ulong)c * height + in_y) * width;
      if (inside && stride == 1) {
        for (int kx = 0; kx < kernel_size; kx++) {
          __global const float *pixels = row + first + kx * dilation;
          ACCUMULATE(pixels[i_], w + kx * 16)
        }
      } else {
        for (int kx = 0; kx < kernel_size; kx++) {
          float pixels[X_TILE];
          for (int i = 0; i < X_TILE; i++) {
            const int at = first + kx * dilation + i * stride;
            pixels[i] = at >= 0 && at < width ? row[at] : 0.0f;
          }
          ACCUMULATE(pixels[i_], w + kx * 16)
        }
      }
    }
  }
  __global float16 *target = (__global float16 *)(out + out_at.x + image * out_at.y)
      + ((ulong)block * out_height + y) * out_width + x;
  #pragma unroll
  for (int i = 0; i < X_TILE; i++) target[i] = rectify ? fmax(sums[i], (float16)(0.0f)) : sums[i];
}
