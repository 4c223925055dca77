// winograd_fused_c16: Winograd's 3×3 convolution (see winograd.cl) in one launch, group of tiles by group of tiles, for
// maps of many tiles and weights that stay in a processor's caches.
//
// Weights are G g Gᵀ, packed [outChannels / 16][36][inChannels][16 out], the bias is [outChannels].
// One work-item computes `groups_per_item` groups for all output channels. For each group, it stores the transformed
// input [36][inChannels / 16][TILES][16] and then, block by block, the products [36][TILES][16] to its own slot of
// scratch memory, which is small enough to stay in a core's cache.
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) __attribute__((vec_type_hint(float16)))
void winograd_fused_c16(
    __global const float *restrict in, const ulong2 in_at, const int4 shape /* of the input */,
    __global const float *restrict parameters, const ulong2 weights_and_bias,
    __global float *restrict out, const ulong2 out_at, const int out_channels, const int dilation, const int rectify,
    __global const float *restrict residual, const ulong2 residual_at, const int add_residual,
    __global float *restrict scratch, const ulong slot_count /* floats of a slot */, const int groups_per_item,
    const int fetches /* whether to prefetch the input, because it is too large for the caches */) {
  const int in_blocks = shape.y / 16, out_blocks = out_channels / 16;
  const Tiling tiling = tiling_of(shape, dilation);
  const ulong plane = (ulong)shape.z * shape.w * 16;
  const int groups = (tiling.count + TILES - 1) / TILES;
  const int item = (int)get_global_id(0);  // each has a slot
  __global float *transformed = scratch + item * slot_count;
  const ulong stride = frequency_stride(in_blocks);
  __global float *products = transformed + 36 * stride;

  for (int group = item * groups_per_item; group < min((item + 1) * groups_per_item, groups); group++) {
    for (int b = 0; b < in_blocks; b++) {
      for (int i = 0; i < TILES; i++) {
        const Place p = place_of(min(group * TILES + i, tiling.count - 1), tiling);
        transform_input(
            in + in_at.x + p.image * in_at.y + b * plane, p, tiling, transformed + (b * TILES + i) * 16, stride);
      }
    }
    // While products are computed, the input of the next group is prefetched, some tiles for each product.
    long next[TILES];
    for (int i = 0; i < TILES; i++) {
      const Place p = place_of(min((group + 1) * TILES + i, tiling.count - 1), tiling);
      next[i] = in_at.x + p.image * in_at.y + ((long)(p.y + dilation) * tiling.width + p.x + dilation) * 16;
    }
    const int tiles_to_fetch = fetches ? in_blocks * TILES : 0;
    const int tiles_per_product = (in_blocks * TILES + out_blocks * 36 - 1) / (out_blocks * 36);
    int fetched = 0;
    for (int block = 0; block < out_blocks; block++) {
      __global const float *weights = parameters + weights_and_bias.x + (ulong)block * 36 * in_blocks * 256;
      for (int f = 0; f < 36; f++) {
        for (int n = 0; n < tiles_per_product && fetched < tiles_to_fetch; n++, fetched++) {
          __global const float *pixel = in + next[fetched % TILES] + fetched / TILES * plane;
          #pragma unroll
          for (int y = 0; y < 4; y++, pixel += (long)dilation * tiling.width * 16)
            #pragma unroll
            for (int x = 0; x < 4; x++) PREFETCH(pixel + x * 16 * dilation);
        }
        for (int first = 0; first < TILES; first += HELD_TILES) {
          __global const float *pixels = transformed + f * stride + first * 16;
          __global const float *row = weights + f * in_blocks * 256;
          float16 sums[HELD_TILES];
          #pragma unroll
          for (int i = 0; i < HELD_TILES; i++) sums[i] = (float16)(0.0f);
          #define WEIGHTS __global
          ACCUMULATE(sums, pixels, row, in_blocks)
          #undef WEIGHTS
          #pragma unroll
          for (int i = 0; i < HELD_TILES; i++) STORE(sums[i], products, f * TILES + first + i);
        }
      }
      const Epilogue epilogue = {LOAD(parameters + weights_and_bias.y, block), rectify, add_residual};
      for (int i = 0; i < TILES && group * TILES + i < tiling.count; i++) {
        const Place p = place_of(group * TILES + i, tiling);
        transform_output(
            products, i, p, tiling, epilogue, residual + residual_at.x + p.image * residual_at.y + block * plane,
            out + out_at.x + p.image * out_at.y + block * plane);
      }
    }
  }
}
