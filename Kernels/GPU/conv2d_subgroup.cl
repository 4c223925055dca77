// conv2d_subgroup: square convolution with stride 1 that keeps the size, on blocks of 16 channels, with the bias and
// optionally ReLU and a residual. For GPUs with sub-groups, whose work-items hold the operands in registers and
// broadcast them: without local memory or barriers.
//
// Input, output and residual are blocked: element (n, c, y, x) of a view lies at
// at.x + n * at.y + ((c / 16 * height + y) * width + x) * 16 + c % 16. Channels are multiples of 16, and views are
// aligned to 64 bytes. Elements are float32 or halves (see storage.cl); sums and the bias [outChannels] are float32.
// Weights are stored like elements, packed [outChannels / 16][inChannels / 16][kernel][kernel][16 in][16 out].
//
// A sub-group of LANES work-items computes X_TILE pixels of a row for OUTPUTS * LANES output channels; work-item l
// computes the channels that are l modulo LANES. Of the input, each work-item holds one channel: a register of the
// sub-group holds the 16 channels of LANES / 16 pixels. These are broadcast one by one, so that an element of the input
// is loaded once and multiplied LANES times. GROUP sub-groups that are neighbours on the map form a work-group, so that
// they share cached data.
// With split-K, several sub-groups share the input channels of a tile, window.y blocks each. They store their sums to
// `partial` [splits][batch][outChannels / 16][height][width][16], and conv2d_sum adds them up.
// If sub-groups have another size than LANES, the results are wrong; u2cl finds that by comparing results.
#ifndef LANES
#define LANES 16  // work-items of a sub-group, a multiple of 16
#endif
#ifndef X_TILE
#define X_TILE 8  // pixels of a sub-group, a multiple of LANES / 16
#endif
#ifndef OUTPUTS
#define OUTPUTS 1  // output channels of a work-item
#endif
#ifndef GROUP
#define GROUP 4  // sub-groups of a work-group
#endif
#ifndef KERNEL
#define KERNEL 3  // taps on a side; odd
#endif
#ifndef NEIGHBORS
#define NEIGHBORS 1  // 1: dilation 1, so that the pixels of a row are loaded once for all of its taps
#endif
#ifndef REQUIRED
#define REQUIRED 0  // 1: the kernel requests the size of sub-groups (cl_intel_required_subgroup_size)
#endif
#ifndef BLOCK_READS
#define BLOCK_READS 0  // 1: LANES is 16, and there are block reads (cl_intel_subgroups, for halves …_short)
#endif

#ifdef cl_khr_subgroups
#pragma OPENCL EXTENSION cl_khr_subgroups : enable
#endif

#define LANE ((int)get_sub_group_local_id())
#define PIXELS (LANES / 16)  // of a register
#define REACH (NEIGHBORS ? KERNEL - 1 : 0)
#define HELD ((X_TILE + REACH + PIXELS - 1) / PIXELS)  // registers of pixels
#define COLUMNS (OUTPUTS * LANES)              // output channels of a sub-group

// A lane's element of the 16 that begin at `from`, the same place for all 16 lanes.
static inline float load_lane(__global const element *from) {
#if BLOCK_READS && STORAGE == FLOAT16
  const ushort bits = intel_sub_group_block_read_us(from);
  return vload_half(0, (const half *)&bits);
#elif BLOCK_READS
  return as_float(intel_sub_group_block_read((__global const uint *)from));
#else
  return load_element(from, LANE % 16);
#endif
}

#if REQUIRED
__attribute__((intel_reqd_sub_group_size(LANES)))
#endif
__kernel __attribute__((reqd_work_group_size(LANES * GROUP, 1, 1)))
void conv2d_subgroup(
    __global const element *restrict in, const ulong2 in_at, const int4 shape /* of the input */,
    __global const float *restrict parameters, const ulong2 weights_and_bias,
    __global element *restrict out, const ulong2 out_at, const int out_channels,
    const int2 window /* dilation, blocks of input channels of a part */, const int rectify,
    __global const element *restrict residual, const ulong2 residual_at, const int add_residual,
    __global float *restrict partial) {
  const int height = shape.z, width = shape.w, in_blocks = shape.y / 16, out_blocks = out_channels / 16;
  const int across = (width + X_TILE - 1) / X_TILE, splits = (in_blocks + window.y - 1) / window.y;
  const int tile = (int)get_group_id(0) * GROUP + (int)get_sub_group_id();  // 0 ..< across * height, or beyond
  const int first_channel = (int)get_group_id(1) * COLUMNS;             // of the sub-group
  const int image = (int)get_group_id(2) / splits;                          // 0 ..< batch
  const int split = (int)get_group_id(2) % splits;                          // part of the sum
  if (tile >= across * height) return;
  const int y = tile / across, x = tile % across * X_TILE, dilation = window.x;
  __global const element *image_in = in + in_at.x + image * in_at.y;
  __global const element *weights = (__global const element *)(parameters + weights_and_bias.x);

  // Channels beyond the last are computed like those of the last block and are not stored.
  ulong columns[OUTPUTS];
  #pragma unroll
  for (int v = 0; v < OUTPUTS; v++) {
    const int block = min((first_channel + v * LANES + LANE) / 16, out_blocks - 1);
    columns[v] = (ulong)block * in_blocks * KERNEL * KERNEL * 256;
  }
  float sums[OUTPUTS][X_TILE];
  #pragma unroll
  for (int v = 0; v < OUTPUTS; v++) {
    #pragma unroll
    for (int i = 0; i < X_TILE; i++) sums[v][i] = 0.0f;
  }

  const int last_block = min((split + 1) * window.y, in_blocks);
  for (int b = split * window.y; b < last_block; b++) {
    for (int ky = 0; ky < KERNEL; ky++) {
      const int in_y = y + (ky - KERNEL / 2) * dilation;
      if (in_y < 0 || in_y >= height) continue;
      __global const element *row = image_in + ((ulong)b * height + in_y) * width * 16;
      __global const element *row_weights = weights + ((ulong)b * KERNEL + ky) * KERNEL * 256;
      float pixels[HELD];
#if NEIGHBORS
      #pragma unroll
#else
      #pragma unroll 1
#endif
      for (int kx = 0; kx < KERNEL; kx++) {
        if (!NEIGHBORS || kx == 0) {
          #pragma unroll
          for (int i = 0; i < HELD; i++) {
            const int at = x + i * PIXELS + LANE / 16 + (kx - KERNEL / 2) * dilation;
            pixels[i] = at >= 0 && at < width ? load_lane(row + at * 16) : 0.0f;
          }
        }
        const int shift = NEIGHBORS ? kx : 0;
        #pragma unroll
        for (int c = 0; c < 16; c++) {
          #pragma unroll
          for (int v = 0; v < OUTPUTS; v++) {
            const float w = load_lane(row_weights + columns[v] + kx * 256 + c * 16);
            #pragma unroll
            for (int i = 0; i < X_TILE; i++) {
              const int from = i + shift;
              const float value = sub_group_broadcast(pixels[from / PIXELS], (uint)(from % PIXELS * 16 + c));
              sums[v][i] = fma(value, w, sums[v][i]);
            }
          }
        }
      }
    }
  }

  #pragma unroll
  for (int v = 0; v < OUTPUTS; v++) {
    const int out_channel = first_channel + v * LANES + LANE;
    if (out_channel >= out_channels) continue;
    const ulong at = (((ulong)(out_channel / 16) * height + y) * width + x) * 16 + out_channel % 16;
    const float bias = parameters[weights_and_bias.y + out_channel];
    #pragma unroll
    for (int i = 0; i < X_TILE; i++) {
      if (x + i >= width) continue;
      const ulong element_at = at + i * 16;
      if (splits > 1) {
        partial[(ulong)(split * shape.x + image) * out_channels * height * width + element_at] = sums[v][i];
        continue;
      }
      float value = sums[v][i] + bias;
      if (rectify) value = fmax(value, 0.0f);
      if (add_residual) value += load_element(residual + residual_at.x + image * residual_at.y, element_at);
      store_element(value, out + out_at.x + image * out_at.y, element_at);
    }
  }
}
