// winograd_c16: 3×3 convolution of stride 1 and dilation 1 that keeps the size, on blocks of 16 channels, by Winograd's
// F(4×4, 3×3) (Lavin and Gray 2016, points 0, ±1, ±2): a quarter of the multiplications of the direct sum; bias, then, as
// told, ReLU and the residual add.
//
// Input, output and residual are blocked: element (n, c, y, x) of a view lies at
// at.x + n * at.y + ((c / 16 * height + y) * width + x) * 16 + c % 16; channels are multiples of 16.
// Weights are G g Gᵀ, packed [outChannels / 16][36][inChannels][16 out], the bias [outChannels]. Sums are float32; the
// transforms cost about one decimal digit of them.
// One work-item computes `groups_per_item` groups of TILES output tiles of 4×4 pixels for all output channels. For each
// group it writes the transformed input [36][inChannels / 16][TILES][16] and, block by block, the products [36][TILES][16]
// into a slot of scratch of its own, small enough to stay in a core's cache. For CPU devices: work-groups of one.
#ifndef TILES
#define TILES 16  // tiles whose sums are held in registers
#endif

// o = Bᵀ i
#define INPUT_TRANSFORM(o0, o1, o2, o3, o4, o5, i0, i1, i2, i3, i4, i5) { \
    const float16 a_ = fma((float16)(-4.0f), i2, i4), b_ = fma((float16)(-4.0f), i1, i3); \
    const float16 c_ = i4 - i2, d_ = 2.0f * (i3 - i1); \
    const float16 first_ = fma((float16)(4.0f), i0, fma((float16)(-5.0f), i2, i4)); \
    const float16 last_ = fma((float16)(4.0f), i1, fma((float16)(-5.0f), i3, i5)); \
    o0 = first_; o1 = a_ + b_; o2 = a_ - b_; o3 = c_ + d_; o4 = c_ - d_; o5 = last_; \
  }

// o = Aᵀ i
#define OUTPUT_TRANSFORM(o0, o1, o2, o3, i0, i1, i2, i3, i4, i5) { \
    const float16 a_ = i1 + i2, b_ = i1 - i2, c_ = i3 + i4, d_ = i3 - i4; \
    o0 = i0 + a_ + c_; \
    o1 = fma((float16)(2.0f), d_, b_); \
    o2 = fma((float16)(4.0f), c_, a_); \
    o3 = fma((float16)(8.0f), d_, b_) + i5; \
  }

// Writes the 36 transformed values of one tile and one block of channels, `stride` floats apart.
inline void transform_input(
    __global const float *plane, const int y0, const int x0, const int height, const int width,
    __global float *transformed, const ulong stride) {
  float16 t[36];
  const int inside = y0 >= 0 && x0 >= 0 && y0 + 6 <= height && x0 + 6 <= width;
  #pragma unroll
  for (int x = 0; x < 6; x++) {
    float16 d[6];
    #pragma unroll
    for (int y = 0; y < 6; y++) {
      const int v = y0 + y, u = x0 + x;
      d[y] = inside || (v >= 0 && v < height && u >= 0 && u < width)
          ? vload16((long)v * width + u, plane) : (float16)(0.0f);
    }
    INPUT_TRANSFORM(t[x], t[6 + x], t[12 + x], t[18 + x], t[24 + x], t[30 + x], d[0], d[1], d[2], d[3], d[4], d[5])
  }
  #pragma unroll
  for (int y = 0; y < 6; y++) {
    float16 o[6];
    INPUT_TRANSFORM(o[0], o[1], o[2], o[3], o[4], o[5],
                    t[y * 6], t[y * 6 + 1], t[y * 6 + 2], t[y * 6 + 3], t[y * 6 + 4], t[y * 6 + 5])
    #pragma unroll
    for (int x = 0; x < 6; x++) vstore16(o[x], 0, transformed + (y * 6 + x) * stride);
  }
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) __attribute__((vec_type_hint(float16)))
void winograd_c16(
    __global const float *restrict in, const ulong2 in_at, const int4 shape /* of the input */,
    __global const float *restrict parameters, const ulong2 weights_and_bias,
    __global float *restrict out, const ulong2 out_at, const int out_channels, const int rectify,
    __global const float *restrict residual, const ulong2 residual_at, const int add_residual,
    __global float *restrict scratch, const ulong slot_count /* floats of a slot */, const int groups_per_item) {
  const int in_blocks = shape.y / 16, out_blocks = out_channels / 16, height = shape.z, width = shape.w;
  const int tiles_across = (width + 3) / 4, tiles_down = (height + 3) / 4;
  const int tiles_per_image = tiles_across * tiles_down, tiles = tiles_per_image * shape.x;
  const int groups = (tiles + TILES - 1) / TILES;
  const int item = (int)get_global_id(0);  // one slot each
  __global float *transformed = scratch + item * slot_count;
  __global float *products = transformed + 36 * in_blocks * TILES * 16;

  for (int group = item * groups_per_item; group < min((item + 1) * groups_per_item, groups); group++) {
    for (int b = 0; b < in_blocks; b++) {
      for (int i = 0; i < TILES; i++) {
        // What hangs over the end repeats the last tile.
        const int tile = min(group * TILES + i, tiles - 1);
        const int image = tile / tiles_per_image, place = tile % tiles_per_image;
        transform_input(
            in + in_at.x + image * in_at.y + (ulong)b * height * width * 16,
            place / tiles_across * 4 - 1, place % tiles_across * 4 - 1, height, width,
            transformed + (b * TILES + i) * 16, in_blocks * TILES * 16);
      }
    }
    for (int block = 0; block < out_blocks; block++) {
      __global const float *w = parameters + weights_and_bias.x + (ulong)block * 36 * in_blocks * 256;
      for (int f = 0; f < 36; f++) {
        float16 sums[TILES];
        #pragma unroll
        for (int i = 0; i < TILES; i++) sums[i] = (float16)(0.0f);
        for (int b = 0; b < in_blocks; b++, w += 256) {
          __global const float *pixels = transformed + (f * in_blocks + b) * TILES * 16;
          #pragma unroll 4
          for (int c = 0; c < 16; c++) {
            const float16 weight = vload16(c, w);
            #pragma unroll
            for (int i = 0; i < TILES; i++) sums[i] = fma((float16)(pixels[i * 16 + c]), weight, sums[i]);
          }
        }
        #pragma unroll
        for (int i = 0; i < TILES; i++) vstore16(sums[i], f * TILES + i, products);
      }

      const float16 bias = vload16(block, parameters + weights_and_bias.y);
      for (int i = 0; i < TILES && group * TILES + i < tiles; i++) {
        const int tile = group * TILES + i;
        const int image = tile / tiles_per_image, place = tile % tiles_per_image;
        const int y0 = place / tiles_across * 4, x0 = place % tiles_across * 4;
        float16 t[24];
        #pragma unroll
        for (int x = 0; x < 6; x++) {
          float16 m[6];
          #pragma unroll
          for (int y = 0; y < 6; y++) m[y] = vload16((y * 6 + x) * TILES + i, products);
          OUTPUT_TRANSFORM(t[x], t[6 + x], t[12 + x], t[18 + x], m[0], m[1], m[2], m[3], m[4], m[5])
        }
        __global float *plane = out + out_at.x + image * out_at.y + (ulong)block * height * width * 16;
        __global const float *added = residual + residual_at.x + image * residual_at.y + (ulong)block * height * width * 16;
        #pragma unroll
        for (int y = 0; y < 4; y++) {
          if (y0 + y < height) {
            float16 o[4];
            OUTPUT_TRANSFORM(o[0], o[1], o[2], o[3],
                             t[y * 6], t[y * 6 + 1], t[y * 6 + 2], t[y * 6 + 3], t[y * 6 + 4], t[y * 6 + 5])
            #pragma unroll
            for (int x = 0; x < 4; x++) {
              if (x0 + x < width) {
                const ulong at = (ulong)(y0 + y) * width + x0 + x;
                float16 value = o[x] + bias;
                if (rectify) value = fmax(value, (float16)(0.0f));
                if (add_residual) value += vload16(at, added);
                vstore16(value, at, plane);
              }
            }
          }
        }
      }
    }
  }
}
