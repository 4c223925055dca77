// conv2d_gemm: square convolution with stride 1 that keeps the size, on blocks of 16 channels, as an implicit matrix
// product through local memory, with the bias and optionally ReLU and a residual. For GPUs.
//
// Input, output and residual are blocked: element (n, c, y, x) of a view lies at
// at.x + n * at.y + ((c / 16 * height + y) * width + x) * 16 + c % 16. Channels are multiples of 16, and views are
// aligned to 64 bytes. Elements are float32 or halves (see storage.cl); sums and the bias [outChannels] are float32.
// Weights are stored like elements, packed in vectors of 16 bytes: [inChannels / 2c][kernel][kernel][2][outChannels][c]
// with c = 4 floats or 8 halves. The output channels of each block of 16 are in the order
// 0 1 4 5 8 9 12 13 2 3 6 7 10 11 14 15, so that a work-item that holds columns 2i and 2i + 1 of two products of tensor
// cores has four consecutive channels.
//
// A work-group computes a tile of patch.x × patch.y pixels, at most TILE_M, for TILE_N output channels. It loops over
// the input channels, two vectors at a time. For each step, the patch of the input that all taps of the tile read, with
// zeros beyond the edges, is copied to local memory once; the weights are copied row of taps by row of taps. If the
// dilation is larger than the tile, the patch consists of KERNEL × KERNEL tiles without the pixels between them. While
// one row of taps is multiplied, the next is being copied: through registers or, on NVIDIA, by asynchronous copies.
// With RESAMPLE, the first channels of the input come from a map of another size, which is resampled while it is copied
// to local memory.
// With split-K, several work-groups share the input channels of a tile, patch.w steps each. They store their sums to
// `partial` [splits][batch][outChannels / 16][height][width][16], and conv2d_sum adds them up.
#ifndef KERNEL
#define KERNEL 3  // taps on a side; odd
#endif
#ifndef TILE_M
#define TILE_M 128  // pixels of a work-group
#endif
#ifndef TILE_N
#define TILE_N 64  // output channels of a work-group, a multiple of 16
#endif
#ifndef ITEM_M
#define ITEM_M 8  // pixels of a work-item (FMA) or of a warp, then a multiple of 16
#endif
#ifndef ITEM_N
#define ITEM_N 8  // output channels of a work-item (FMA), a multiple of 4, or of a warp, a multiple of 16
#endif
#ifndef PATCH
#define PATCH 180  // the most pixels of a patch; 4 more than a multiple of 8, so that its two vectors use other banks
#endif
#ifndef RESAMPLE
#define RESAMPLE 0  // 1: the first channels are resampled
#endif
// 1: a work-item resamples its pixels one after the other, directly into local memory. With 0, AMD's compiler keeps a
// dozen values for each pixel in registers during all steps, and spills; Intel's compiler does better with 0.
#ifndef IN_TURN
#define IN_TURN 0
#endif
#define RESAMPLES_IN_TURN (RESAMPLE && IN_TURN && MULTIPLY == FMA && COPY == REGISTERS)
#ifndef STAGES
#define STAGES 2  // rows of taps whose weights are in local memory or being copied; at most KERNEL + 1
#endif
#define FMA 0
#define TENSOR_K16 1  // halves, m16n8k16: NVIDIA from compute capability 8.0 on
#define TENSOR_K8 2   // halves, m16n8k8: 7.5
#define TENSOR_3TF32 3  // float32 as three products of its upper and lower bits, m16n8k8: 8.0
#ifndef MULTIPLY
#define MULTIPLY FMA
#endif
#define REGISTERS 0
#define ASYNC 1       // by start_copy
#define ASYNC_LATE 2  // for tests that find early reads: each copy happens when it is waited for
#ifndef COPY
#define COPY REGISTERS
#endif

#if MULTIPLY == FMA || PTX
#define UNROLL _Pragma("unroll")
#else
#define UNROLL  // barriers in an unrolled loop make compilers for processors slow
#endif

// Fused multiply-adds take floats: a vector of halves becomes two vectors of floats when it is copied.
#define WIDENS (MULTIPLY == FMA && STORAGE == FLOAT16)
#define SOURCES (WIDENS ? 1 : 2)           // vectors of global memory that become a step's two vectors
#define STEPS_OF_BLOCK (VECTORS / SOURCES)  // of 16 channels
#define GROUP_M (TILE_M / ITEM_M)          // work-items or warps of a group, over pixels
#define GROUP_N (TILE_N / ITEM_N)          // and over output channels
#define THREADS (GROUP_M * GROUP_N * (MULTIPLY == FMA ? 1 : 32))
#define SLICE (KERNEL * 2 * TILE_N)        // vectors of a tap row's weights
#define PATCH_COPIES ((PATCH * SOURCES + THREADS - 1) / THREADS)  // of a work-item
#define SLICE_COPIES ((KERNEL * SOURCES * TILE_N + THREADS - 1) / THREADS)

// A tile and its patch.
typedef struct {
  int2 first;    // the tile's first pixel: x, y
  int2 size;     // of the tile
  int2 tap;      // columns and rows of the patch from one tap to the next
  int pitch;     // columns of the patch
  int dilation;
} Tile;

INLINE Tile tile_of(const int4 patch, const int number, const int width) {
  Tile t;
  t.size = patch.xy;
  const int across = (width + t.size.x - 1) / t.size.x;
  t.first = (int2)(number % across, number / across) * t.size;
  t.dilation = patch.z;
  t.tap = min((int2)(t.dilation), t.size);
  t.pitch = t.size.x + (KERNEL - 1) * t.tap.x;
  return t;
}

// The place in the patch of the tile's pixel m, as the first tap sees it. Beyond the tile's end, that of its last
// pixel.
INLINE int place_in_patch(const int m, const Tile t) {
  const int pixel = min(m, t.size.x * t.size.y - 1);
  return pixel / t.size.x * t.pitch + pixel % t.size.x;
}

// The coordinate in the input of a row or column of a patch.
INLINE int coordinate(const int place, const int first, const int size, const int dilation) {
  return dilation > size ? first + place % size + (place / size - KERNEL / 2) * dilation
                         : first + place - KERNEL / 2 * dilation;
}

// The vector that a work-item copies as number i of each patch: its place in a plane of the input, or -1 for zeros.
INLINE int source_of(const int i, const Tile t, const int height, const int width) {
  const int e = (int)get_local_id(0) + i * THREADS, place = e / SOURCES;
  const int y = coordinate(place / t.pitch, t.first.y, t.size.y, t.dilation);
  const int x = coordinate(place % t.pitch, t.first.x, t.size.x, t.dilation);
  const int inside = y >= 0 && y < height && x >= 0 && x < width;
  return inside ? (y * width + x) * VECTORS + e % SOURCES : -1;
}

INLINE void find_sources(int *sources, const Tile t, const int height, const int width) {
  UNROLL
  for (int i = 0; i < PATCH_COPIES; i++) sources[i] = source_of(i, t, height, width);
}

// A row of taps: the step over input channels, the row, and the places of its weights and patch in local memory.
typedef struct {
  int step, row, slot, patch;
} Stage;

// The next stage; rows go from rows.x to rows.y.
INLINE Stage next_stage(Stage s, const int2 rows) {
  s.slot = s.slot + 1 == STAGES ? 0 : s.slot + 1;
  if (s.row < rows.y) {
    s.row++;
  } else {
    s.row = rows.x;
    s.step++;
    s.patch = 1 - s.patch;
  }
  return s;
}

// The weights of a stage: those of output channel 0 and the first tap.
INLINE __global const uint4 *slice_source(__global const uint4 *weights, const Stage s, const int out_channels) {
  const int step = WIDENS ? s.step / 2 : s.step, vector = WIDENS ? s.step % 2 : 0;
  return weights + ((ulong)(step * KERNEL + s.row) * KERNEL * 2 + vector) * out_channels;
}

// The offset from there of the vector that a work-item copies as number i of a slice.
INLINE int slice_offset(const int i, const int first_channel, const int out_channels) {
  const int e = (int)get_local_id(0) + i * THREADS, tap = e / TILE_N / SOURCES, vector = e / TILE_N % SOURCES;
  return (tap * 2 + vector) * out_channels + min(first_channel + e % TILE_N, out_channels - 1);
}

// An image that is convolved.
typedef struct {
  __global const uint4 *image;        // the channels that are read as they are stored
  int width, plane;                   // columns and pixels
  __global const element *resampled;  // the channels before them, which are resampled
  int resampled_steps;                // the number of steps over those
  int4 other;                         // their channels, height and width; 1: upsampled, 0: max pooled by 2×2
  float4 grid;                        // of between_pixels, if they are upsampled
} Input;

// The input of a step's patch that is not resampled: the first vector of the first pixel.
INLINE __global const uint4 *patch_source(const Input in, const int step) {
  const int behind = RESAMPLE ? step - in.resampled_steps : step;
  return in.image + (ulong)(behind / STEPS_OF_BLOCK) * in.plane * VECTORS + behind % STEPS_OF_BLOCK * SOURCES;
}

// Whether a step's patch is resampled.
INLINE int resamples(const Input in, const int step) { return RESAMPLE && step < in.resampled_steps; }

// A vector of a patch that is resampled, for a place in a plane of the input.
INLINE uint4 resampled_vector(const Input in, const int step, const int source) {
  if (source < 0) return (uint4)(0);
  const int row = source / VECTORS / in.width, column = source / VECTORS % in.width;
  const int v = source % VECTORS + step % STEPS_OF_BLOCK * SOURCES, height = in.other.y, width = in.other.z;
  __global const element *block = in.resampled + (ulong)(step / STEPS_OF_BLOCK) * height * width * 16;
  return pack_channels(
      in.other.w ? between_pixels(block, height, width, row, column, in.grid, v)
                 : largest_of_four(block, height, width, 2 * row, 2 * column, v));
}

// Vector number e of a patch and of a slice: its place in local memory, and whether there is one.
#define PATCH_TARGET(e) ((e) % SOURCES * PATCH + (e) / SOURCES)
#define SLICE_TARGET(e) (((e) / TILE_N / SOURCES * 2 + (e) / TILE_N % SOURCES) * TILE_N + (e) % TILE_N)
#define PATCH_HAS(e) ((e) < PATCH * SOURCES)
#define SLICE_HAS(e) (KERNEL * SOURCES * TILE_N % THREADS == 0 || (e) < KERNEL * SOURCES * TILE_N)

#if COPY == REGISTERS
// Vectors on the way from global to local memory.
typedef struct {
  uint4 patch[PATCH_COPIES], slice[SLICE_COPIES];
} Staged;

// Stores a vector or, if halves become floats, two vectors `apart` from each other.
INLINE void put(__local uint4 *to, const int apart, const uint4 vector) {
#if WIDENS
  const float8 wide = vload_half8(0, (const half *)&vector);
  to[0] = as_uint4(wide.lo);
  to[apart] = as_uint4(wide.hi);
#else
  to[0] = vector;
#endif
}

INLINE void fetch(
    Staged *staged, const Stage s, const int2 rows, const int *sources, const Input in, const Tile tile,
    __global const uint4 *weights, const int first_channel, const int out_channels, __local uint4 *patches) {
  if (s.row == rows.x && resamples(in, s.step)) {
#if RESAMPLES_IN_TURN
    #pragma unroll 1
    for (int i = 0; i < PATCH_COPIES; i++) {
      const int e = (int)get_local_id(0) + i * THREADS;
      if (PATCH_HAS(e)) {
        const int source = source_of(i, tile, in.plane / in.width, in.width);
        put(patches + s.patch * 2 * PATCH + PATCH_TARGET(e), PATCH, resampled_vector(in, s.step, source));
      }
    }
#else
    UNROLL
    for (int i = 0; i < PATCH_COPIES; i++) staged->patch[i] = resampled_vector(in, s.step, sources[i]);
#endif
  } else if (s.row == rows.x) {
    __global const uint4 *from = patch_source(in, s.step);
    UNROLL
    for (int i = 0; i < PATCH_COPIES; i++) staged->patch[i] = sources[i] >= 0 ? from[sources[i]] : (uint4)(0);
  }
  __global const uint4 *from = slice_source(weights, s, out_channels);
  UNROLL
  for (int i = 0; i < SLICE_COPIES; i++) {
    if (SLICE_HAS((int)get_local_id(0) + i * THREADS)) {
      staged->slice[i] = from[slice_offset(i, first_channel, out_channels)];
    }
  }
}

INLINE void deliver(
    const Staged *staged, const Stage s, const int2 rows, const Input in,
    __local uint4 *patches, __local uint4 *slices) {
  if (s.row == rows.x && !(RESAMPLES_IN_TURN && resamples(in, s.step))) {
    UNROLL
    for (int i = 0; i < PATCH_COPIES; i++) {
      const int e = (int)get_local_id(0) + i * THREADS;
      if (PATCH_HAS(e)) put(patches + s.patch * 2 * PATCH + PATCH_TARGET(e), PATCH, staged->patch[i]);
    }
  }
  UNROLL
  for (int i = 0; i < SLICE_COPIES; i++) {
    const int e = (int)get_local_id(0) + i * THREADS;
    if (SLICE_HAS(e)) put(slices + s.slot * SLICE + SLICE_TARGET(e), TILE_N, staged->slice[i]);
  }
}
#else
// Starts the copies that a stage needs in addition to those of earlier stages.
INLINE void start_stage(
    const Stage s, const int2 rows, const int *sources, const Input in,
    __global const uint4 *weights, const int first_channel, const int out_channels,
    __local uint4 *patches, __local uint4 *slices) {
  if (s.row == rows.x && resamples(in, s.step)) {
    __local uint4 *to = patches + s.patch * 2 * PATCH;
    UNROLL
    for (int i = 0; i < PATCH_COPIES; i++) {
      const int e = (int)get_local_id(0) + i * THREADS;
      if (PATCH_HAS(e)) to[PATCH_TARGET(e)] = resampled_vector(in, s.step, sources[i]);
    }
  } else if (s.row == rows.x) {
    __global const uint4 *from = patch_source(in, s.step);
    __local uint4 *to = patches + s.patch * 2 * PATCH;
    UNROLL
    for (int i = 0; i < PATCH_COPIES; i++) {
      const int e = (int)get_local_id(0) + i * THREADS;
      if (PATCH_HAS(e)) start_copy(to + PATCH_TARGET(e), from + max(sources[i], 0), sources[i] >= 0);
    }
  }
  __global const uint4 *from = slice_source(weights, s, out_channels);
  __local uint4 *to = slices + s.slot * SLICE;
  UNROLL
  for (int i = 0; i < SLICE_COPIES; i++) {
    const int e = (int)get_local_id(0) + i * THREADS;
    if (SLICE_HAS(e)) start_copy(to + SLICE_TARGET(e), from + slice_offset(i, first_channel, out_channels), 1);
  }
}

#if STAGES == 2
#define AWAIT_STAGE AWAIT_COPIES(0)
#elif STAGES == 3
#define AWAIT_STAGE AWAIT_COPIES(1)
#else
#define AWAIT_STAGE AWAIT_COPIES(2)
#endif
#endif

#if MULTIPLY == FMA
// Neighbouring work-items alternate over pixels, so that a quarter of a warp reads few vectors of each operand.
#define ITEM_IN_N ((int)get_local_id(0) / 2 % GROUP_N)
#define ITEM_IN_M ((int)get_local_id(0) % 2 + (int)get_local_id(0) / (2 * GROUP_N) * 2)
#define SUMS float sums[ITEM_M][ITEM_N]
#define FOR_SUMS for (int i_ = 0; i_ < ITEM_M; i_++) for (int j_ = 0; j_ < ITEM_N; j_++) sums[i_][j_] = 0.0f;
#define PIXELS ITEM_M  // pixels of a work-item

INLINE int pixel_of(const int i) { return ITEM_IN_M + i * GROUP_M; }

// A work-item computes groups of four consecutive channels: the first channel of group j, and the place in a slice of
// the weights of channel c of the group.
INLINE int channel_of(const int j) { return (ITEM_IN_N + j * GROUP_N) * 4; }

INLINE int weights_of(const int j, const int c) {
  return channel_of(j) / 16 * 16 + channel_of(j) % 16 / 2 + c / 2 * 8 + c % 2;
}

// Adds the products of one row of taps: `patch` begins at the row, `slice` holds its weights.
INLINE void multiply(
    SUMS, const int *places, __local const uint4 *patch, __local const uint4 *slice, const int tap_columns,
    __local uint *exchange) {
  #pragma unroll 1
  for (int kx = 0; kx < KERNEL; kx++) {
    #pragma unroll 1
    for (int v = 0; v < 2; v++) {
      float4 pixels[ITEM_M];
      UNROLL
      for (int i = 0; i < ITEM_M; i++) pixels[i] = as_float4(patch[v * PATCH + places[i] + kx * tap_columns]);
      UNROLL
      for (int j = 0; j < ITEM_N; j++) {
        const float4 w = as_float4(slice[(kx * 2 + v) * TILE_N + weights_of(j / 4, j % 4)]);
        UNROLL
        for (int i = 0; i < ITEM_M; i++) {
          sums[i][j] = fma(pixels[i].x, w.x, sums[i][j]);
          sums[i][j] = fma(pixels[i].y, w.y, sums[i][j]);
          sums[i][j] = fma(pixels[i].z, w.z, sums[i][j]);
          sums[i][j] = fma(pixels[i].w, w.w, sums[i][j]);
        }
      }
    }
  }
}
#else
#define TILES_M (ITEM_M / 16)  // products of 16 × 16 of a warp, over pixels
#define TILES_N (ITEM_N / 16)  // and over output channels
#define LANE ((int)get_local_id(0) % 32)
#define WARP_M ((int)get_local_id(0) / 32 % GROUP_M * ITEM_M)
#define WARP_N ((int)get_local_id(0) / 32 / GROUP_M * ITEM_N)
#define SUMS float sums[TILES_M][TILES_N][8]
#define EACH_SUM \
  for (int i_ = 0; i_ < TILES_M; i_++) for (int j_ = 0; j_ < TILES_N; j_++) for (int k_ = 0; k_ < 8; k_++)
#define FOR_SUMS EACH_SUM sums[i_][j_][k_] = 0.0f;
#define PIXELS TILES_M

INLINE int pixel_of(const int i) { return WARP_M + i * 16 + LANE % 16; }

#if MULTIPLY == TENSOR_3TF32
// Splits floats into the bits that tensor cores use and the rest, as another float.
INLINE void split(uint *words, uint *rest) {
  UNROLL
  for (int i = 0; i < 4; i++) {
    const uint upper = words[i] & 0xFFFFE000u;
    rest[i] = as_uint(as_float(words[i]) - as_float(upper));
    words[i] = upper;
  }
}
#endif

// Adds the products of one row of taps: `patch` begins at the row, `slice` holds its weights.
INLINE void add_products(
    SUMS, const int *places, __local const uint4 *patch, __local const uint4 *slice, const int tap_columns,
    __local uint *exchange) {
  const int column = WARP_N + LANE / 16 * 8 + LANE % 8 + LANE / 8 % 2 * TILE_N;
  UNROLL
  for (int kx = 0; kx < KERNEL; kx++) {
    uint a[TILES_M][4];
    UNROLL
    for (int i = 0; i < TILES_M; i++) {
      load_matrices(a[i], patch, LANE / 16 * PATCH + places[i] + kx * tap_columns, exchange);
    }
#if MULTIPLY == TENSOR_3TF32
    uint a_lower[TILES_M][4];
    UNROLL
    for (int i = 0; i < TILES_M; i++) split(a[i], a_lower[i]);
#endif
    UNROLL
    for (int j = 0; j < TILES_N; j++) {
      // The first two words belong to eight columns, the last two to the next eight.
      uint b[4];
      load_matrices(b, slice, kx * 2 * TILE_N + column + j * 16, exchange);
#if MULTIPLY == TENSOR_3TF32
      uint b_lower[4];
      split(b, b_lower);
#endif
      UNROLL
      for (int i = 0; i < TILES_M; i++) {
        UNROLL
        for (int half_ = 0; half_ < 2; half_++) {
          float *s = sums[i][j] + half_ * 4;
#if MULTIPLY == TENSOR_K16
          multiply_k16(s, a[i], b + half_ * 2, exchange);
#elif MULTIPLY == TENSOR_K8
          multiply_k8(s, a[i], b[half_ * 2], exchange);
          multiply_k8(s, a[i] + 2, b[half_ * 2 + 1], exchange);
#else
          multiply_tf32(s, a_lower[i], b + half_ * 2, exchange);
          multiply_tf32(s, a[i], b_lower + half_ * 2, exchange);
          multiply_tf32(s, a[i], b + half_ * 2, exchange);
#endif
        }
      }
    }
  }
}

// Adds the products of one row of taps. Tensor cores round their sums toward zero. For float32, each row therefore has
// sums of its own, which are rounded to nearest when they are added.
INLINE void multiply(
    SUMS, const int *places, __local const uint4 *patch, __local const uint4 *slice, const int tap_columns,
    __local uint *exchange) {
#if MULTIPLY == TENSOR_3TF32
  float row[TILES_M][TILES_N][8];
  UNROLL
  EACH_SUM row[i_][j_][k_] = 0.0f;
  add_products(row, places, patch, slice, tap_columns, exchange);
  UNROLL
  EACH_SUM sums[i_][j_][k_] += row[i_][j_][k_];
#else
  add_products(sums, places, patch, slice, tap_columns, exchange);
#endif
}
#endif

// The destination of sums and what is done to them.
typedef struct {
  __global element *out;             // the image
  __global const element *residual;  // the image, or 0 for none
  __global float *partial;           // the image of this part of the sum, or 0 if sums are final
  __global const float *bias;
  int channels, height, width, rectify;
} Target;

INLINE void store_four_sums(const float4 sums, const int out_channel, const ulong pixel, const Target t) {
  const ulong at = ((ulong)(out_channel / 16) * t.height * t.width + pixel) * 4 + out_channel % 16 / 4;
  if (t.partial) {
    vstore4(sums, at, t.partial);
    return;
  }
  float4 value = sums + vload4(out_channel / 4, t.bias);
  if (t.rectify) value = fmax(value, (float4)(0.0f));
  if (t.residual) value += load_four(t.residual, at);
  store_four(value, t.out, at);
}

// The place in the image of the tile's pixel m, or -1 if it is outside.
INLINE int pixel_in_image(const int m, const Tile t, const int height, const int width) {
  const int y = t.first.y + m / t.size.x, x = t.first.x + m % t.size.x;
  return m < t.size.x * t.size.y && y < height && x < width ? y * width + x : -1;
}

INLINE void store_sums(SUMS, const Tile tile, const int first_channel, const Target t) {
#if MULTIPLY == FMA
  UNROLL
  for (int i = 0; i < ITEM_M; i++) {
    const int pixel = pixel_in_image(pixel_of(i), tile, t.height, t.width);
    if (pixel < 0) continue;
    UNROLL
    for (int j = 0; j < ITEM_N / 4; j++) {
      const int out_channel = first_channel + channel_of(j);
      const float *s = sums[i] + j * 4;
      if (out_channel < t.channels) store_four_sums((float4)(s[0], s[1], s[2], s[3]), out_channel, (ulong)pixel, t);
    }
  }
#else
  UNROLL
  for (int i = 0; i < TILES_M; i++) {
    UNROLL
    for (int lower = 0; lower < 2; lower++) {
      const int pixel = pixel_in_image(WARP_M + i * 16 + lower * 8 + LANE / 4, tile, t.height, t.width);
      if (pixel < 0) continue;
      UNROLL
      for (int j = 0; j < TILES_N; j++) {
        const int out_channel = first_channel + WARP_N + j * 16 + LANE % 4 * 4;
        const float *s = sums[i][j] + lower * 2;
        if (out_channel < t.channels) store_four_sums((float4)(s[0], s[1], s[4], s[5]), out_channel, (ulong)pixel, t);
      }
    }
  }
#endif
}

__kernel OF_SUBGROUPS __attribute__((reqd_work_group_size(THREADS, 1, 1)))
void conv2d_gemm(
    __global const element *restrict in, const ulong2 in_at, const int4 shape /* of the input */,
    const ulong2 other_at /* of the channels that are resampled, in the same buffer */,
    const int4 other /* their channels, height and width; 1: upsampled, 0: max pooled by 2×2 */,
    const float4 grid,
    __global const float *restrict parameters, const ulong2 weights_and_bias,
    __global element *restrict out, const ulong2 out_at, const int out_channels,
    const int4 patch /* width and height of a tile, dilation, steps of a part */, const int rectify,
    __global const element *restrict residual, const ulong2 residual_at, const int add_residual,
    __global float *restrict partial) {
  __local uint4 patches[2 * 2 * PATCH], slices[STAGES * SLICE];
#if MULTIPLY == FMA
  __local uint exchange[1];
#else
  __local uint exchange[EXCHANGE(THREADS)];
#endif
  const int height = shape.z, width = shape.w, plane = height * width;
  const int steps = shape.y / 16 * STEPS_OF_BLOCK, splits = (steps + patch.w - 1) / patch.w;
  const int first_channel = (int)get_group_id(0) * TILE_N;      // of the tile
  const int image = (int)get_group_id(2) / splits;              // 0 ..< batch
  const int split = (int)get_group_id(2) % splits;              // part of the sum
  const Tile tile = tile_of(patch, (int)get_group_id(1), width);
  const Input input = {
    (__global const uint4 *)(in + in_at.x + image * in_at.y), width, plane,
    in + other_at.x + image * other_at.y, other.x / 16 * STEPS_OF_BLOCK, other, grid};
  __global const uint4 *weights = (__global const uint4 *)(parameters + weights_and_bias.x);

  int sources[PATCH_COPIES], places[PIXELS];
  find_sources(sources, tile, height, width);
  UNROLL
  for (int i = 0; i < PIXELS; i++) places[i] = place_in_patch(pixel_of(i), tile);
  SUMS;
  UNROLL
  FOR_SUMS

  const int2 rows = (int2)(0, KERNEL - 1);
  const int last_step = min((split + 1) * patch.w, steps);
  Stage now = {split * patch.w, rows.x, 0, 0};
#if COPY == REGISTERS
  Staged staged;
  fetch(&staged, now, rows, sources, input, tile, weights, first_channel, out_channels, patches);
  deliver(&staged, now, rows, input, patches, slices);
  barrier(CLK_LOCAL_MEM_FENCE);
  while (now.step < last_step) {
    const Stage next = next_stage(now, rows);
    if (next.step < last_step) {
      fetch(&staged, next, rows, sources, input, tile, weights, first_channel, out_channels, patches);
    }
    multiply(sums, places, patches + now.patch * 2 * PATCH + now.row * tile.tap.y * tile.pitch,
             slices + now.slot * SLICE, tile.tap.x, exchange);
    if (next.step < last_step) deliver(&staged, next, rows, input, patches, slices);
    barrier(CLK_LOCAL_MEM_FENCE);
    now = next;
  }
#else
  Stage coming = now;
#define START_STAGE(stage) start_stage( \
    stage, rows, sources, input, weights, first_channel, out_channels, patches, slices);
  UNROLL
  for (int i = 0; i < STAGES - 1; i++) {
    if (COPY == ASYNC && coming.step < last_step) START_STAGE(coming)
    END_COPIES
    coming = next_stage(coming, rows);
  }
  while (now.step < last_step) {
    if (COPY == ASYNC_LATE) START_STAGE(now)
    AWAIT_STAGE
    barrier(CLK_LOCAL_MEM_FENCE);
    if (COPY == ASYNC && coming.step < last_step) START_STAGE(coming)
    END_COPIES
    coming = next_stage(coming, rows);
    multiply(sums, places, patches + now.patch * 2 * PATCH + now.row * tile.tap.y * tile.pitch,
             slices + now.slot * SLICE, tile.tap.x, exchange);
    now = next_stage(now, rows);
  }
#endif

  Target target = {
    out + out_at.x + image * out_at.y, residual + residual_at.x + image * residual_at.y, 0,
    parameters + weights_and_bias.y, out_channels, height, width, rectify};
  if (!add_residual) target.residual = 0;
  if (splits > 1) target.partial = partial + (ulong)(split * shape.x + image) * out_channels * plane;
  store_sums(sums, tile, first_channel, target);
}
