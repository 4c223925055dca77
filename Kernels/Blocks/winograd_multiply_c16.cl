// winograd_input_c16, winograd_multiply_c16: Winograd's 3×3 convolution (see winograd.cl) in two launches, for maps of
// few tiles and many channels: the weights are read from memory once and are transformed where they are used.
#ifndef CHUNK
#define CHUNK 8  // blocks of input channels whose transformed weights are kept at a time
#endif

// o = G i
#define WEIGHT_TRANSFORM(o0, o1, o2, o3, o4, o5, i0, i1, i2) { \
    const float16 a_ = (-1.0f / 6.0f) * (i0 + i2), b_ = fma((float16)(1.0f / 6.0f), i2, (1.0f / 24.0f) * i0); \
    o0 = 0.25f * i0; \
    o1 = fma((float16)(-1.0f / 6.0f), i1, a_); o2 = fma((float16)(1.0f / 6.0f), i1, a_); \
    o3 = fma((float16)(1.0f / 12.0f), i1, b_); o4 = fma((float16)(-1.0f / 12.0f), i1, b_); \
    o5 = i2; \
  }

__constant float G[6][3] = {
  {1.0f / 4, 0.0f, 0.0f}, {-1.0f / 6, -1.0f / 6, -1.0f / 6}, {-1.0f / 6, 1.0f / 6, -1.0f / 6},
  {1.0f / 24, 1.0f / 12, 1.0f / 6}, {1.0f / 24, -1.0f / 12, 1.0f / 6}, {0.0f, 0.0f, 1.0f},
};

// Stores the transformed input [groups of this launch][36][inChannels / 16][TILES][16], for the groups from
// `first_group` on. One work-item transforms one group for one block of channels.
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) __attribute__((vec_type_hint(float16)))
void winograd_input_c16(
    __global const float *restrict in, const ulong2 in_at, const int4 shape /* of the input */, const int dilation,
    const int first_group, __global float *restrict transformed) {
  const int in_blocks = shape.y / 16;
  const int block = (int)get_global_id(0);  // 16 input channels
  const int group = (int)get_global_id(1);  // 0 ..< groups of this launch
  const Tiling tiling = tiling_of(shape, dilation);
  const ulong stride = frequency_stride(in_blocks);
  for (int i = 0; i < TILES; i++) {
    const Place p = place_of(min((first_group + group) * TILES + i, tiling.count - 1), tiling);
    transform_input(
        in + in_at.x + p.image * in_at.y + (ulong)block * shape.z * shape.w * 16, p, tiling,
        transformed + group * 36 * stride + (block * TILES + i) * 16, stride);
  }
}

// Weights are those of the direct sum, packed [outChannels / 16][inChannels / 16][3][3][16 in][16 out]; the bias is
// [outChannels].
// One work-item computes every get_global_size(0)-th block of output channels for `groups_per_item` of the launch's
// groups. It transforms and multiplies the weights of six of the 36 products and CHUNK blocks of input channels at a
// time, so that they stay in a core's first cache. It stores the products [groups_per_item][36][TILES][16] to its own
// slot of scratch memory, behind the transformed input.
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) __attribute__((vec_type_hint(float16)))
void winograd_multiply_c16(
    __global float *restrict scratch, const int4 shape /* of the input */,
    __global const float *restrict parameters, const ulong2 weights_and_bias,
    __global float *restrict out, const ulong2 out_at, const int out_channels, const int dilation, const int rectify,
    __global const float *restrict residual, const ulong2 residual_at, const int add_residual,
    const int first_group, const int groups /* of this launch */, const int groups_per_item,
    const ulong2 slots /* offset of the first, floats of each */) {
  const int in_blocks = shape.y / 16, out_blocks = out_channels / 16;
  const Tiling tiling = tiling_of(shape, dilation);
  const ulong plane = (ulong)shape.z * shape.w * 16;
  const int first = (int)get_global_id(1) * groups_per_item;  // the item's groups of the launch
  const int end = min(first + groups_per_item, groups);
  const ulong stride = frequency_stride(in_blocks);
  __global float *products = scratch + slots.x + (get_global_id(1) * get_global_size(0) + get_global_id(0)) * slots.y;

  for (int block = (int)get_global_id(0); block < out_blocks; block += (int)get_global_size(0)) {
    for (int y = 0; y < 6; y++) {
      const float16 g0 = G[y][0], g1 = G[y][1], g2 = G[y][2];
      for (int first_block = 0; first_block < in_blocks; first_block += CHUNK) {
        const int blocks = min(CHUNK, in_blocks - first_block);
        float16 chunk[6][CHUNK * 16];
        for (int c = 0; c < blocks * 16; c++) {
          __global const float *w = parameters + weights_and_bias.x
              + (((ulong)block * in_blocks + first_block + c / 16) * 9 * 16 + c % 16) * 16;
          float16 row[3];
          #pragma unroll
          for (int x = 0; x < 3; x++)
            row[x] = fma(g2, LOAD(w, (6 + x) * 16), fma(g1, LOAD(w, (3 + x) * 16), g0 * LOAD(w, x * 16)));
          WEIGHT_TRANSFORM(chunk[0][c], chunk[1][c], chunk[2][c], chunk[3][c], chunk[4][c], chunk[5][c],
                           row[0], row[1], row[2])
        }
        for (int group = first; group < end; group++) {
          for (int x = 0; x < 6; x++) {
            const int f = y * 6 + x;
            __global float *product = products + ((group - first) * 36 + f) * TILES * 16;
            for (int first_tile = 0; first_tile < TILES; first_tile += HELD_TILES) {
              float16 sums[HELD_TILES];
              #pragma unroll
              for (int i = 0; i < HELD_TILES; i++)
                sums[i] = first_block == 0 ? (float16)(0.0f) : LOAD(product, first_tile + i);
              const float *weights = (const float *)chunk[x];
              __global const float *pixels =
                  scratch + (group * 36 + f) * stride + (first_block * TILES + first_tile) * 16;
              #define WEIGHTS
              ACCUMULATE(sums, pixels, weights, blocks)
              #undef WEIGHTS
              #pragma unroll
              for (int i = 0; i < HELD_TILES; i++) STORE(sums[i], product, first_tile + i);
            }
          }
        }
      }
    }
    const Epilogue epilogue = {LOAD(parameters + weights_and_bias.y, block), rectify, add_residual};
    const int first_tile = (first_group + first) * TILES;
    for (int i = 0; i < min((end - first) * TILES, tiling.count - first_tile); i++) {
      const Place p = place_of(first_tile + i, tiling);
      transform_output(
          products + i / TILES * 36 * TILES * 16, i % TILES, p, tiling, epilogue,
          residual + residual_at.x + p.image * residual_at.y + block * plane,
          out + out_at.x + p.image * out_at.y + block * plane);
    }
  }
}
