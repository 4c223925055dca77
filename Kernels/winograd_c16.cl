// winograd_c16: 3×3 convolution of stride 1 that keeps the size, on blocks of 16 channels, by Winograd's F(4×4, 3×3)
// (Lavin and Gray 2016, points 0, ±1, ±2): a quarter of the multiplications of the direct sum; bias, then, as told, ReLU
// and the residual add.
//
// winograd_fused_c16 does everything for one group of tiles after the other, for maps of many tiles and weights that
// stay in a processor's caches. winograd_input_c16 and winograd_multiply_c16 do it in two launches, for maps of few tiles
// and many channels: there the weights come from memory once, and are transformed where they are used.
//
// Input, output and residual are blocked: element (n, c, y, x) of a view lies at
// at.x + n * at.y + ((c / 16 * height + y) * width + x) * 16 + c % 16; channels are multiples of 16. Every view, the
// parameters and the scratch begin at multiples of 16 elements.
// A dilation d makes d × d grids of every image, those of the pixels d apart, each convolved by itself. Tiles of 4×4
// pixels are numbered [images][grids][tiles down][tiles across]; TILES of them make a group, and what hangs over the end
// of the last group repeats the last tile.
// Sums are float32; the transforms cost about one decimal digit of them. For CPU devices: work-groups of one, no local
// memory.
#ifndef TILES
#define TILES 20  // tiles of a group
#endif
#ifndef HELD_TILES
#define HELD_TILES TILES  // those of them whose sums are held in registers at one time, a divisor of TILES
#endif
#ifndef CHUNK
#define CHUNK 8  // blocks of input channels whose transformed weights are kept at one time
#endif

#ifndef STREAMS
#define STREAMS 0  // whether the output is stored past the caches, being too large to be found in them again
#endif

// Element `i` of 16 channels at `p`, which is aligned to them.
#define LOAD(p, i) (((__global const float16 *)(p))[i])
#define STORE(value, p, i) (((__global float16 *)(p))[i] = (value))

// Compilers for CPUs know how to fetch a line before it is needed, and how to store one past the caches.
#ifdef __has_builtin
#if __has_builtin(__builtin_prefetch)
#define PREFETCH(p) __builtin_prefetch((const void *)(ulong)(p), 0, 2)
#endif
#if STREAMS && __has_builtin(__builtin_nontemporal_store)
#define STORE_OUTPUT(value, p, i) __builtin_nontemporal_store(value, &((__global float16 *)(p))[i])
#endif
#endif
#ifndef PREFETCH
#define PREFETCH(p)
#endif
#ifndef STORE_OUTPUT
#define STORE_OUTPUT(value, p, i) STORE(value, p, i)
#endif

// o = Bᵀ i
#define INPUT_TRANSFORM(o0, o1, o2, o3, o4, o5, p0, p1, p2, p3, p4, p5) { \
    const float16 i0 = p0, i1 = p1, i2 = p2, i3 = p3, i4 = p4, i5 = p5; \
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

// The tiles of a batch of images.
typedef struct {
  int height, width, dilation;
  int across, down;  // tiles of one grid
  int count;         // tiles of all images
} Tiling;

inline Tiling tiling_of(const int4 shape, const int dilation) {
  Tiling t;
  t.height = shape.z;
  t.width = shape.w;
  t.dilation = dilation;
  t.across = ((t.width + dilation - 1) / dilation + 3) / 4;
  t.down = ((t.height + dilation - 1) / dilation + 3) / 4;
  t.count = t.across * t.down * dilation * dilation * shape.x;
  return t;
}

// Where a tile's first pixel lies.
typedef struct { int image, y, x; } Place;

inline Place place_of(const int tile, const Tiling t) {
  const int per_grid = t.across * t.down, grids = t.dilation * t.dilation;
  const int grid = tile / per_grid % grids, in_grid = tile % per_grid;
  Place p;
  p.image = tile / (per_grid * grids);
  p.y = grid / t.dilation + in_grid / t.across * 4 * t.dilation;
  p.x = grid % t.dilation + in_grid % t.across * 4 * t.dilation;
  return p;
}

// Floats between the transformed values of one tile: an odd number of cache lines, so that the 36 fall into as many sets of
// a cache.
inline ulong frequency_stride(const int in_blocks) { return (in_blocks * TILES | 1) * 16; }

// Writes the 36 transformed values of a tile and one block of channels, `stride` floats apart.
inline void transform_input(
    __global const float *plane, const Place p, const Tiling t, __global float *transformed, const ulong stride) {
  const int d = t.dilation, y0 = p.y - d, x0 = p.x - d;
  const int inside = y0 >= 0 && x0 >= 0 && y0 + 5 * d < t.height && x0 + 5 * d < t.width;
  float16 rows[36];
  if (inside) {
    __global const float *corner = plane + ((long)y0 * t.width + x0) * 16;
    const long down = (long)d * t.width;
    #pragma unroll
    for (int x = 0; x < 6; x++)
      INPUT_TRANSFORM(rows[x], rows[6 + x], rows[12 + x], rows[18 + x], rows[24 + x], rows[30 + x],
                      LOAD(corner, x * d), LOAD(corner, down + x * d), LOAD(corner, 2 * down + x * d),
                      LOAD(corner, 3 * down + x * d), LOAD(corner, 4 * down + x * d), LOAD(corner, 5 * down + x * d))
  } else {
    #pragma unroll
    for (int x = 0; x < 6; x++) {
      const int u = x0 + x * d;
      float16 i[6];
      #pragma unroll
      for (int y = 0; y < 6; y++) {
        const int v = y0 + y * d;
        i[y] = v >= 0 && v < t.height && u >= 0 && u < t.width ? LOAD(plane, (long)v * t.width + u) : (float16)(0.0f);
      }
      INPUT_TRANSFORM(rows[x], rows[6 + x], rows[12 + x], rows[18 + x], rows[24 + x], rows[30 + x],
                      i[0], i[1], i[2], i[3], i[4], i[5])
    }
  }
  #pragma unroll
  for (int y = 0; y < 6; y++) {
    float16 o[6];
    INPUT_TRANSFORM(o[0], o[1], o[2], o[3], o[4], o[5], rows[y * 6], rows[y * 6 + 1], rows[y * 6 + 2],
                    rows[y * 6 + 3], rows[y * 6 + 4], rows[y * 6 + 5])
    #pragma unroll
    for (int x = 0; x < 6; x++) STORE(o[x], transformed + (y * 6 + x) * stride, 0);
  }
}

// sums[i] += pixels[i][c] * weights[c], for the 16 input channels c of each of `blocks`.
#define ACCUMULATE(sums, pixels, weights, blocks) \
  for (int b_ = 0; b_ < blocks; b_++, weights += 256, pixels += TILES * 16) { \
    _Pragma("unroll 4") \
    for (int c_ = 0; c_ < 16; c_++) { \
      const float16 row_ = *(WEIGHTS const float16 *)(weights + c_ * 16); \
      _Pragma("unroll") \
      for (int i_ = 0; i_ < HELD_TILES; i_++) sums[i_] = fma((float16)(pixels[i_ * 16 + c_]), row_, sums[i_]); \
    } \
  }

// What a tile's sums become before they are stored.
typedef struct {
  float16 bias;
  int rectify, add_residual;
} Epilogue;

// Writes the pixels of tile `i` of a group from the products [36][TILES][16] of one block of output channels.
inline void transform_output(
    __global const float *products, const int i, const Place p, const Tiling t, const Epilogue epilogue,
    __global const float *added, __global float *plane) {
  float16 rows[24];
  #pragma unroll
  for (int x = 0; x < 6; x++) {
    float16 m[6];
    #pragma unroll
    for (int y = 0; y < 6; y++) m[y] = LOAD(products, (y * 6 + x) * TILES + i);
    OUTPUT_TRANSFORM(rows[x], rows[6 + x], rows[12 + x], rows[18 + x], m[0], m[1], m[2], m[3], m[4], m[5])
  }
  #pragma unroll
  for (int y = 0; y < 4; y++) {
    const int v = p.y + y * t.dilation;
    if (v >= t.height) continue;
    float16 o[4];
    OUTPUT_TRANSFORM(o[0], o[1], o[2], o[3], rows[y * 6], rows[y * 6 + 1], rows[y * 6 + 2], rows[y * 6 + 3],
                     rows[y * 6 + 4], rows[y * 6 + 5])
    #pragma unroll
    for (int x = 0; x < 4; x++) {
      const int u = p.x + x * t.dilation;
      if (u >= t.width) continue;
      const long at = (long)v * t.width + u;
      float16 value = o[x] + epilogue.bias;
      if (epilogue.rectify) value = fmax(value, (float16)(0.0f));
      if (epilogue.add_residual) value += LOAD(added, at);
      STORE_OUTPUT(value, plane, at);
    }
  }
}

// Weights are G g Gᵀ, packed [outChannels / 16][36][inChannels][16 out], the bias [outChannels].
// One work-item computes `groups_per_item` groups for all output channels. For each it writes the transformed input
// [36][inChannels / 16][TILES][16] and, block by block, the products [36][TILES][16] into a slot of scratch of its own,
// small enough to stay in a core's cache.
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) __attribute__((vec_type_hint(float16)))
void winograd_fused_c16(
    __global const float *restrict in, const ulong2 in_at, const int4 shape /* of the input */,
    __global const float *restrict parameters, const ulong2 weights_and_bias,
    __global float *restrict out, const ulong2 out_at, const int out_channels, const int dilation, const int rectify,
    __global const float *restrict residual, const ulong2 residual_at, const int add_residual,
    __global float *restrict scratch, const ulong slot_count /* floats of a slot */, const int groups_per_item,
    const int fetches /* whether the input is too large to be found in a cache */) {
  const int in_blocks = shape.y / 16, out_blocks = out_channels / 16;
  const Tiling tiling = tiling_of(shape, dilation);
  const ulong plane = (ulong)shape.z * shape.w * 16;
  const int groups = (tiling.count + TILES - 1) / TILES;
  const int item = (int)get_global_id(0);  // one slot each
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
    // While the products are computed, the next group's input is fetched, some rows of a tile for each.
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

// Writes the transformed input [groups of this launch][36][inChannels / 16][TILES][16], for the groups from `first_group`
// on. One work-item does one group of one block.
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

// Weights are those of the direct sum, packed [outChannels / 16][inChannels / 16][3][3][16 in][16 out], the bias
// [outChannels].
// One work-item computes every `items`-th block of output channels for `groups_per_item` of the launch's groups: six of the
// 36 products at a time, CHUNK blocks of input channels at a time, the weights are transformed and multiplied, so that they
// stay in a core's first cache. It has a slot of scratch of its own for the products [groups_per_item][36][TILES][16],
// behind the transformed input.
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) __attribute__((vec_type_hint(float16)))
void winograd_multiply_c16(
    __global float *restrict scratch, const int4 shape /* of the input */,
    __global const float *restrict parameters, const ulong2 weights_and_bias,
    __global float *restrict out, const ulong2 out_at, const int out_channels, const int dilation, const int rectify,
    __global const float *restrict residual, const ulong2 residual_at, const int add_residual,
    const int first_group, const int groups /* of this launch */, const int groups_per_item,
    const ulong2 slots /* where they begin, floats of each */) {
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
