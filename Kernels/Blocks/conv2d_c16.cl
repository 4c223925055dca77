// conv2d_c16: square convolution with stride 1 that keeps the size, on blocks of 16 channels, with the bias and
// optionally ReLU and a residual.
//
// Input, output and residual are blocked: element (n, c, y, x) of a view lies at
// at.x + n * at.y + ((c / 16 * height + y) * width + x) * 16 + c % 16; channels are multiples of 16.
// Weights are packed [outChannels / 16][inChannels / 16][kernel][kernel][16 in][16 out], the bias [outChannels].
// The padding, kernel / 2 * dilation, is at most MAX_PADDING. Sums are float32. One work-item computes X_TILE pixels of
// `rows` rows for 16 output channels: the sums of a tile stay in registers, each pixel is broadcast, and a row of
// weights is one vector. The last tile of a row is shifted back to end at the row's end, so that no pixel is masked;
// the width must be at least X_TILE, and two work-items may store the same values.
// For CPU devices: work-groups of one, no local memory.
#ifndef X_TILE
#define X_TILE 16  // pixels of one tile
#endif
#define MAX_PADDING 8  // the largest padding: that of RSU-4F's dilation 8

// sums[i] += pixels[i][c] * weights[c], for 16 input channels c.
#define ACCUMULATE(pixels, weights) \
  _Pragma("unroll 4") \
  for (int c = 0; c < 16; c++) { \
    const float16 row_ = vload16(c, weights); \
    _Pragma("unroll") \
    for (int i = 0; i < X_TILE; i++) sums[i] = fma((float16)((pixels)[i * 16 + c]), row_, sums[i]); \
  }

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) __attribute__((vec_type_hint(float16)))
void conv2d_c16(
    __global const float *restrict in, const ulong2 in_at, const int4 shape /* of the input */,
    __global const float *restrict parameters, const ulong2 weights_and_bias,
    __global float *restrict out, const ulong2 out_at, const int out_channels, const int2 window /* kernel, dilation */,
    const int rows, const int rectify,
    __global const float *restrict residual, const ulong2 residual_at, const int add_residual) {
  const int in_blocks = shape.y / 16, out_blocks = out_channels / 16, height = shape.z, width = shape.w;
  const int block = (int)get_global_id(0) % out_blocks;           // 16 output channels
  const int image = (int)get_global_id(0) / out_blocks;           // 0 ..< batch
  const int x = min((int)get_global_id(1) * X_TILE, width - X_TILE);
  const int first_row = (int)get_global_id(2) * rows;             // 0 ..< height, in steps of `rows`
  const int kernel_size = window.x, dilation = window.y, padding = kernel_size / 2 * dilation;
  const int taps = kernel_size * kernel_size;
  const float16 bias = vload16(block, parameters + weights_and_bias.y);
  __global const float *image_in = in + in_at.x + image * in_at.y;
  __global const float *block_weights = parameters + weights_and_bias.x + (ulong)block * in_blocks * taps * 256;

  for (int y = first_row; y < min(first_row + rows, height); y++) {
    float16 sums[X_TILE];
    #pragma unroll
    for (int i = 0; i < X_TILE; i++) sums[i] = bias;
    for (int b = 0; b < in_blocks; b++) {
      for (int ky = 0; ky < kernel_size; ky++) {
        const int in_y = y + ky * dilation - padding;
        if (in_y < 0 || in_y >= height) continue;
        __global const float *row = image_in + ((ulong)b * height + in_y) * width * 16;
        __global const float *w = block_weights + ((ulong)b * taps + ky * kernel_size) * 256;
        if (x >= padding && x + X_TILE + padding <= width) {
          for (int kx = 0; kx < kernel_size; kx++) {
            __global const float *pixels = row + (x + kx * dilation - padding) * 16;
            ACCUMULATE(pixels, w + kx * 256)
          }
        } else {
          // At an edge: the pixels that all taps of the row read, with zeros beyond the edge.
          float strip[(X_TILE + 2 * MAX_PADDING) * 16];
          for (int i = 0; i < X_TILE + 2 * padding; i++) {
            const int at = x - padding + i;
            vstore16(at >= 0 && at < width ? vload16(at, row) : (float16)(0.0f), i, strip);
          }
          for (int kx = 0; kx < kernel_size; kx++) {
            const int in_x = x + kx * dilation - padding;
            if (in_x + X_TILE <= 0 || in_x >= width) continue;
            ACCUMULATE(strip + kx * dilation * 16, w + kx * 256)
          }
        }
      }
    }
    const ulong at = ((ulong)block * height + y) * width + x;
    #pragma unroll
    for (int i = 0; i < X_TILE; i++) {
      float16 value = sums[i];
      if (rectify) value = fmax(value, (float16)(0.0f));
      if (add_residual) value += vload16(at + i, residual + residual_at.x + image * residual_at.y);
      vstore16(value, at + i, out + out_at.x + image * out_at.y);
    }
  }
}
