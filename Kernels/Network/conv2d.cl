// conv2d: square convolution with zero padding, stride and dilation, in three variants:
//   conv2d           y = conv(x) + bias
//   conv2d_relu      y = max(conv(x) + bias, 0)            (a batch norm is folded into weights and bias)
//   conv2d_relu_add  y = max(conv(x) + bias, 0) + residual (the end of a residual U-block)
//
// Activations are planar: element (n, c, y, x) of a view lies at at.x + n * at.y + (c * height + y) * width + x, stored
// as storage.cl says.
// Weights are packed [ceil(outChannels / OC_TILE)][inChannels][kernel][kernel][OC_TILE], the bias is
// [ceil(outChannels / OC_TILE) * OC_TILE]; both are float32 and padded with zeros. Sums are float32, in the order input
// channel, row, column of the kernel.
// One work-item computes X_TILE pixels of a row for OC_TILE output channels. Input and output views must not overlap.
#ifndef X_TILE
#define X_TILE 8  // pixels of one vector: 2, 4, 8 or 16
#endif
#ifndef OC_TILE
#define OC_TILE 8  // output channels whose sums are held in registers
#endif

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define floatv JOIN(float, X_TILE)
#define vloadv JOIN(vload, X_TILE)
#define vstorev JOIN(vstore, X_TILE)

// The X_TILE elements from `from` on.
static inline floatv load_vector(__global const element *from) {
#if STORAGE == BFLOAT16
  return JOIN(as_float, X_TILE)(JOIN(convert_uint, X_TILE)(vloadv(0, from)) << 16);
#elif STORAGE == FLOAT16
  return JOIN(vload_half, X_TILE)(0, (__global const half *)from);
#else
  return vloadv(0, from);
#endif
}

// Stores X_TILE elements from `to` on.
static inline void store_vector(const floatv values, __global element *to) {
#if STORAGE == BFLOAT16
  float lanes[X_TILE];
  vstorev(values, 0, lanes);
  #pragma unroll
  for (int i = 0; i < X_TILE; i++) store_element(lanes[i], to, i);
#elif STORAGE == FLOAT16
  JOIN(vstore_half, X_TILE)(values, 0, (__global half *)to);
#else
  vstorev(values, 0, to);
#endif
}

// X_TILE pixels of a row from `x` on, `stride` apart, with zeros outside 0 ..< width.
static inline floatv load_pixels(__global const element *row, const int x, const int stride, const int width) {
  if (stride == 1 && x >= 0 && x + X_TILE <= width) return load_vector(row + x);
  float lanes[X_TILE];
  #pragma unroll
  for (int i = 0; i < X_TILE; i++) {
    const int at = x + i * stride;
    lanes[i] = at >= 0 && at < width ? load_element(row, at) : 0.0f;
  }
  return vloadv(0, lanes);
}

// Stores X_TILE pixels of a row from `x` on, except those at `width` and beyond.
static inline void store_pixels(__global element *row, const int x, const int width, const floatv pixels) {
  if (x + X_TILE <= width) {
    store_vector(pixels, row + x);
    return;
  }
  float lanes[X_TILE];
  vstorev(pixels, 0, lanes);
#if X_TILE <= 4
  // Unrolled so that the lanes stay in a GPU's registers.
  #pragma unroll
  for (int i = 0; i < X_TILE; i++) {
    if (x + i < width) store_element(lanes[i], row, x + i);
  }
#else
  // On a CPU the lanes are cached, and its compiler would take seconds to unroll 16 lanes eight times.
  for (int i = 0; x + i < width; i++) store_element(lanes[i], row, x + i);
#endif
}

static inline void convolve(
    __global const element *restrict in, const ulong2 in_at, const int4 in_shape,
    __global const float *restrict weights, __global const float *restrict bias,
    __global element *restrict out, const ulong2 out_at, const int4 out_shape, const int4 window,
    const int rectify, __global const element *restrict residual, const ulong2 residual_at) {
  const int x = (int)get_global_id(0) * X_TILE;  // 0 ..< out width, in steps of X_TILE
  const int y = (int)get_global_id(1);           // 0 ..< out height
  const int tiles = (out_shape.y + OC_TILE - 1) / OC_TILE;
  const int tile = (int)get_global_id(2) % tiles;   // OC_TILE output channels
  const int image = (int)get_global_id(2) / tiles;  // 0 ..< batch
  const int in_channels = in_shape.y, height = in_shape.z, width = in_shape.w;
  const int out_channels = out_shape.y, out_height = out_shape.z, out_width = out_shape.w;
  const int kernel_size = window.x, stride = window.y, padding = window.z, dilation = window.w;
  if (x >= out_width || y >= out_height || image >= out_shape.x) return;

  floatv sums[OC_TILE];
  #pragma unroll
  for (int o = 0; o < OC_TILE; o++) sums[o] = (floatv)(bias[tile * OC_TILE + o]);

  __global const element *image_in = in + in_at.x + image * in_at.y;
  __global const float *w = weights + (ulong)tile * in_channels * kernel_size * kernel_size * OC_TILE;
  for (int c = 0; c < in_channels; c++) {
    for (int ky = 0; ky < kernel_size; ky++) {
      const int in_y = y * stride + ky * dilation - padding;
      if (in_y < 0 || in_y >= height) {
        w += kernel_size * OC_TILE;
        continue;
      }
      __global const element *row = image_in + ((ulong)c * height + in_y) * width;
      for (int kx = 0; kx < kernel_size; kx++, w += OC_TILE) {
        const int in_x = x * stride + kx * dilation - padding;
        if (in_x + (X_TILE - 1) * stride < 0 || in_x >= width) continue;
        const floatv pixels = load_pixels(row, in_x, stride, width);
        #pragma unroll
        for (int o = 0; o < OC_TILE; o++) sums[o] = fma(pixels, (floatv)(w[o]), sums[o]);
      }
    }
  }

  const ulong plane = (ulong)out_height * out_width;
  const ulong first = (ulong)tile * OC_TILE * plane + (ulong)y * out_width;
  __global element *image_out = out + out_at.x + image * out_at.y + first;
  #pragma unroll
  for (int o = 0; o < OC_TILE; o++) {
    if (tile * OC_TILE + o < out_channels) {
      floatv value = sums[o];
      if (rectify) value = fmax(value, (floatv)(0.0f));
      if (residual) {
        value += load_pixels(residual + residual_at.x + image * residual_at.y + first + o * plane, x, 1, out_width);
      }
      store_pixels(image_out + o * plane, x, out_width, value);
    }
  }
}

__kernel void conv2d(
    __global const element *restrict in, const ulong2 in_at, const int4 in_shape,
    __global const float *restrict parameters, const ulong2 weights_and_bias,
    __global element *restrict out, const ulong2 out_at, const int4 out_shape,
    const int4 window /* kernel, stride, padding, dilation */) {
  convolve(in, in_at, in_shape, parameters + weights_and_bias.x, parameters + weights_and_bias.y, out, out_at,
           out_shape, window, 0, 0, (ulong2)(0));
}

__kernel void conv2d_relu(
    __global const element *restrict in, const ulong2 in_at, const int4 in_shape,
    __global const float *restrict parameters, const ulong2 weights_and_bias,
    __global element *restrict out, const ulong2 out_at, const int4 out_shape, const int4 window) {
  convolve(in, in_at, in_shape, parameters + weights_and_bias.x, parameters + weights_and_bias.y, out, out_at,
           out_shape, window, 1, 0, (ulong2)(0));
}

__kernel void conv2d_relu_add(
    __global const element *restrict in, const ulong2 in_at, const int4 in_shape,
    __global const float *restrict parameters, const ulong2 weights_and_bias,
    __global element *restrict out, const ulong2 out_at, const int4 out_shape, const int4 window,
    __global const element *restrict residual, const ulong2 residual_at) {
  convolve(in, in_at, in_shape, parameters + weights_and_bias.x, parameters + weights_and_bias.y, out, out_at,
           out_shape, window, 1, residual, residual_at);
}
