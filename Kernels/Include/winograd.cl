// winograd: shared parts of the kernels that compute 3×3 convolutions with stride 1 that keep the size, on blocks of 16
// channels, by Winograd's F(4×4, 3×3) (Lavin and Gray 2016, with the points 0, ±1, ±2), with the bias and optionally
// ReLU and a residual. The method takes a quarter of the direct sum's multiplications.
//
// Input, output and residual are blocked: element (n, c, y, x) of a view lies at
// at.x + n * at.y + ((c / 16 * height + y) * width + x) * 16 + c % 16. Channels are multiples of 16. All views, the
// parameters and the scratch memory begin at multiples of 16 elements.
// A dilation d divides every image into d × d grids of pixels that lie d apart; each grid is convolved by itself. Tiles
// of 4×4 pixels are numbered [images][grids][tiles down][tiles across]. TILES of them form a group; the last group is
// filled up with its last tile.
// Sums are float32; the transforms cost about one decimal digit of precision. For CPU devices: work-groups of one, no
// local memory.
#ifndef TILES
#define TILES 20  // tiles of a group
#endif
#ifndef HELD_TILES
#define HELD_TILES TILES  // tiles of a group whose sums are in registers at a time, a divisor of TILES
#endif
#ifndef STREAMS
#define STREAMS 0  // whether stores bypass the caches, because the output is too large for them
#endif
#ifndef CACHE_HINTS
#define CACHE_HINTS 0  // whether the compiler is known to support the builtins below
#endif

// The vector of 16 channels with index i from p on, which is aligned to such vectors.
#define LOAD(p, i) (((__global const float16 *)(p))[i])
#define STORE(value, p, i) (((__global float16 *)(p))[i] = (value))

// Clang's builtins that prefetch a cache line and store one past the caches. Not every compiler that uses clang
// supports them: Mesa's SPIR-V translator ends the process on a prefetch.
#if CACHE_HINTS
#define PREFETCH(p) __builtin_prefetch((const void *)(ulong)(p), 0, 2)
#if STREAMS
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

// The tiles of a batch of images.
typedef struct {
  int height, width, dilation;
  int across, down;  // tiles of one grid
  int count;         // tiles of all images
} Tiling;

static inline Tiling tiling_of(const int4 shape, const int dilation) {
  Tiling t;
  t.height = shape.z;
  t.width = shape.w;
  t.dilation = dilation;
  t.across = ((t.width + dilation - 1) / dilation + 3) / 4;
  t.down = ((t.height + dilation - 1) / dilation + 3) / 4;
  t.count = t.across * t.down * dilation * dilation * shape.x;
  return t;
}

// The position of a tile's first pixel.
typedef struct { int image, y, x; } Place;

static inline Place place_of(const int tile, const Tiling t) {
  const int per_grid = t.across * t.down, grids = t.dilation * t.dilation;
  const int grid = tile / per_grid % grids, in_grid = tile % per_grid;
  Place p;
  p.image = tile / (per_grid * grids);
  p.y = grid / t.dilation + in_grid / t.across * 4 * t.dilation;
  p.x = grid % t.dilation + in_grid % t.across * 4 * t.dilation;
  return p;
}

// The distance in floats between the 36 transformed values of a tile: an odd number of cache lines, so that they fall
// into different sets of a cache.
static inline ulong frequency_stride(const int in_blocks) { return (in_blocks * TILES | 1) * 16; }

// Stores the 36 transformed values of a tile for one block of channels, `stride` floats apart.
static inline void transform_input(
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

// What is done to a tile's sums before they are stored.
typedef struct {
  float16 bias;
  int rectify, add_residual;
} Epilogue;

// Stores the pixels of a group's tile i, from the products [36][TILES][16] of one block of output channels.
static inline void transform_output(
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
