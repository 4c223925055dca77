// conv2d_c16_to_planar_gpu: square convolution with zero padding, from blocks of 16 channels to a few float32 planar
// maps, such as the side outputs, with the bias and optionally ReLU. For GPUs.
//
// The input is blocked: element (n, c, y, x) lies at at.x + n * at.y + ((c / 16 * height + y) * width + x) * 16 +
// c % 16, and its channels are a multiple of 16. The output is planar: element (n, c, y, x) lies at
// at.x + n * at.y + (c * height + y) * width + x. Weights [outChannels][inChannels / 16][kernel][kernel][16] and the
// bias [outChannels] are float32.
// A work-group computes PIXELS × X_TILE consecutive pixels of the map for one output channel: LANES work-items share
// X_TILE pixels, each of them sums every LANES-th vector of 16 bytes (see storage.cl) of the channels, and one
// work-item for each pixel adds up their sums.
#ifndef X_TILE
#define X_TILE 2  // pixels whose sums a work-item holds in registers
#endif
#ifndef LANES
#define LANES 8  // work-items that share these pixels
#endif
#ifndef PIXELS
#define PIXELS 16  // groups of LANES work-items in a work-group
#endif

static inline float sum_of(const channels v) {
#if STORAGE == FLOAT16
  const float4 four = v.lo + v.hi;
#else
  const float4 four = v;
#endif
  return (four.x + four.y) + (four.z + four.w);
}

static inline channels load_weights(__global const float *from, const int i) {
#if STORAGE == FLOAT16
  return vload8(i, from);
#else
  return vload4(i, from);
#endif
}

__kernel OF_SUBGROUPS __attribute__((reqd_work_group_size(LANES * PIXELS, 1, 1)))
void conv2d_c16_to_planar_gpu(
    __global const element *restrict in, const ulong2 in_at, const int4 in_shape,
    __global const float *restrict parameters, const ulong2 weights_and_bias,
    __global float *restrict out, const ulong2 out_at, const int4 out_shape,
    const int4 window /* kernel, stride, padding, dilation */, const int rectify) {
  __local float partial[PIXELS * LANES * X_TILE];
  const int item = (int)get_local_id(0), lane = item % LANES, share = item / LANES;
  const int out_channel = (int)get_group_id(1) % out_shape.y;  // 0 ..< output channels
  const int image = (int)get_group_id(1) / out_shape.y;    // 0 ..< batch
  const int height = in_shape.z, width = in_shape.w, vectors = in_shape.y / CHANNELS;
  const int kernel_size = window.x, stride = window.y, padding = window.z, dilation = window.w;
  const int taps = kernel_size * kernel_size, pixels = out_shape.z * out_shape.w;
  const int first = ((int)get_group_id(0) * PIXELS + share) * X_TILE;
  __global const float *weights = parameters + weights_and_bias.x + (ulong)out_channel * in_shape.y * taps;
  __global const element *image_in = in + in_at.x + image * in_at.y;

  channels sums[X_TILE];
  #pragma unroll
  for (int i = 0; i < X_TILE; i++) sums[i] = NONE;
  for (int v = lane; v < vectors; v += LANES) {
    const int block = v / VECTORS;
    __global const element *plane = image_in + (ulong)block * height * width * 16;
    for (int tap = 0; tap < taps; tap++) {
      const channels w = load_weights(weights, (block * taps + tap) * VECTORS + v % VECTORS);
      #pragma unroll
      for (int i = 0; i < X_TILE; i++) {
        const int pixel = first + i;
        const int y = pixel / out_shape.w * stride + tap / kernel_size * dilation - padding;
        const int x = pixel % out_shape.w * stride + tap % kernel_size * dilation - padding;
        if (pixel < pixels && y >= 0 && y < height && x >= 0 && x < width) {
          sums[i] = fma(load_channels(plane, (y * width + x) * VECTORS + v % VECTORS), w, sums[i]);
        }
      }
    }
  }
  #pragma unroll
  for (int i = 0; i < X_TILE; i++) partial[item * X_TILE + i] = sum_of(sums[i]);
  barrier(CLK_LOCAL_MEM_FENCE);
  if (item >= PIXELS * X_TILE) return;
  const int pixel = (int)get_group_id(0) * PIXELS * X_TILE + item;
  if (pixel >= pixels) return;
  float value = parameters[weights_and_bias.y + out_channel];
  for (int i = 0; i < LANES; i++) value += partial[(item / X_TILE * LANES + i) * X_TILE + item % X_TILE];
  out[out_at.x + image * out_at.y + (ulong)out_channel * pixels + pixel] = rectify ? fmax(value, 0.0f) : value;
}
