// conv2d_planar_to_c16_gpu: square convolution with zero padding, from float32 planar activations, such as a picture,
// to blocks of 16 channels, with the bias and optionally ReLU. For GPUs.
//
// The input is planar: element (n, c, y, x) lies at at.x + n * at.y + (c * height + y) * width + x. The output is
// blocked: element (n, c, y, x) lies at at.x + n * at.y + ((c / 16 * height + y) * width + x) * 16 + c % 16, and its
// channels are a multiple of 16. Weights [outChannels / 16][inChannels][kernel][kernel][16], the bias [outChannels] and
// sums are float32.
// One work-item computes X_TILE pixels of a row for 16 output channels. All work-items of a group read the same
// weights, TAPS of which are copied to local memory at a time. A group of ITEMS work-items lies along a row.
#ifndef X_TILE
#define X_TILE 4  // pixels whose sums are held in registers
#endif
#ifndef ITEMS
#define ITEMS 64  // work-items of a group
#endif
#define TAPS 64  // taps whose weights are in local memory; a 3×3 convolution of a colour picture has 27

__kernel OF_SUBGROUPS __attribute__((reqd_work_group_size(ITEMS, 1, 1)))
void conv2d_planar_to_c16_gpu(
    __global const float *restrict in, const ulong2 in_at, const int4 in_shape,
    __global const float *restrict parameters, const ulong2 weights_and_bias,
    __global element *restrict out, const ulong2 out_at, const int4 out_shape,
    const int4 window /* kernel, stride, padding, dilation */, const int rectify) {
  __local float4 taps[TAPS * 4];
  const int out_blocks = out_shape.y / 16, out_width = out_shape.w;
  const int item = (int)get_local_id(0);
  const int x = (int)get_global_id(0) * X_TILE;          // 0 ..< output width, in steps of X_TILE
  const int y = (int)get_global_id(1);                   // 0 ..< output height
  const int block = (int)get_global_id(2) % out_blocks;  // 16 output channels
  const int image = (int)get_global_id(2) / out_blocks;  // 0 ..< batch
  const int channels_in = in_shape.y, height = in_shape.z, width = in_shape.w;
  const int kernel_size = window.x, stride = window.y, padding = window.z, dilation = window.w;
  const int window_taps = kernel_size * kernel_size, count = channels_in * window_taps;
  __global const float *weights = parameters + weights_and_bias.x + (ulong)block * count * 16;
  __global const float *image_in = in + in_at.x + image * in_at.y;

  float4 sums[X_TILE][4];
  #pragma unroll
  for (int i = 0; i < X_TILE; i++)
    #pragma unroll
    for (int j = 0; j < 4; j++) sums[i][j] = vload4(block * 4 + j, parameters + weights_and_bias.y);

  for (int first = 0; first < count; first += TAPS) {
    const int chunk = min(TAPS, count - first);
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int i = item; i < chunk * 4; i += ITEMS) taps[i] = vload4(first * 4 + i, weights);
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int t = 0; t < chunk; t++) {
      const int in_channel = (first + t) / window_taps, tap = (first + t) % window_taps;
      const int in_y = y * stride + tap / kernel_size * dilation - padding;
      if (in_y < 0 || in_y >= height) continue;
      __global const float *row = image_in + ((ulong)in_channel * height + in_y) * width;
      const int in_x = x * stride + tap % kernel_size * dilation - padding;
      #pragma unroll
      for (int i = 0; i < X_TILE; i++) {
        const int at = in_x + i * stride;
        const float pixel = at >= 0 && at < width ? row[at] : 0.0f;
        #pragma unroll
        for (int j = 0; j < 4; j++) sums[i][j] = fma((float4)(pixel), taps[t * 4 + j], sums[i][j]);
      }
    }
  }

  __global element *image_out = out + out_at.x + image * out_at.y;
  const ulong at = ((ulong)block * out_shape.z + y) * out_width + x;
  #pragma unroll
  for (int i = 0; i < X_TILE; i++) {
    if (x + i < out_width) {
      #pragma unroll
      for (int j = 0; j < 4; j++) {
        const float4 value = rectify ? fmax(sums[i][j], (float4)(0.0f)) : sums[i][j];
        store_four(value, image_out, (at + i) * 4 + j);
      }
    }
  }
}
